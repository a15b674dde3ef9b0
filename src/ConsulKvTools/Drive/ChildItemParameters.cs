using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>What <c>Get-ChildItem</c> takes besides on a drive of Consul's keys.</summary>
public sealed class ChildItemParameters
{
    /// <summary>Reads the keys' values too: each is an entry as of <c>Get-ConsulKv</c>, for a question more per key. Without it only names are read.</summary>
    [Parameter]
    public SwitchParameter Values { get; set; }

    /// <summary>Keys only.</summary>
    [Parameter]
    public SwitchParameter File { get; set; }

    /// <summary>Folders only.</summary>
    [Parameter]
    public SwitchParameter Directory { get; set; }
}
