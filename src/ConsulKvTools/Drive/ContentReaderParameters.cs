using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>What <c>Get-Content</c> takes besides on a drive of Consul's keys.</summary>
public sealed class ContentReaderParameters
{
    /// <summary>Gives the whole value as one text, with its line ends as they are; with -AsByteStream as one byte array.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Gives the value's bytes instead of text.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }
}
