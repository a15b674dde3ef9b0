using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>What <c>New-PSDrive -PSProvider ConsulKv</c> takes besides.</summary>
public sealed class DriveParameters
{
    /// <summary>
    /// The session of the drive, or an address to make one of. Without it: the runspace's default session, else the <c>CONSUL_*</c> environment,
    /// else <c>http://127.0.0.1:8500</c>, as they are when the drive is made.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    [ConsulSession]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public ConsulKvSession? Session { get; set; }
}
