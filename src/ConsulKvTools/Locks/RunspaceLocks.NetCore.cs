using System.Runtime.InteropServices;

namespace ConsulKvTools.Commands;

internal sealed partial class RunspaceLocks
{
    // What was collected would hear nothing.
    private static PosixSignalRegistration[] signals = [];

    /// <summary>By SIGTERM, SIGHUP and a closed window .NET ends a process without a word.</summary>
    static partial void HearTermination() =>
        signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Terminate()), PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => Terminate())];
}
