using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>What <c>Set-Content</c> and <c>Add-Content</c> take besides on a drive of Consul's keys.</summary>
public sealed class ContentWriterParameters
{
    /// <summary>The content is bytes, and refused when it is anything else. Content that is nothing but bytes is stored as bytes without it too.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Puts no line end between the pieces. There never is one behind the last.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }
}
