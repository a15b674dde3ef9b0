using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ConsulKvTools.Kv.Locks;

/// <summary>
/// A clock that is never set and goes on while the machine sleeps: a lock session's TTL does so too, on the servers. .NET's own stands still
/// meanwhile on Linux and macOS.
/// </summary>
internal sealed class BootTime : TimeProvider
{
    private const long Nanoseconds = 1_000_000_000;

    // CLOCK_BOOTTIME on Linux, CLOCK_MONOTONIC on macOS, which there counts sleep.
    private readonly int? clock = RuntimeInformation.IsOSPlatform(OSPlatform.Linux) ? 7 : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? 6 : null;

    private BootTime()
    {
        try
        {
            if (clock is { } id && GetTime(id, out _) != 0) clock = null;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            clock = null;
        }
    }

    /// <summary>The clock of this machine.</summary>
    public static BootTime OfMachine { get; } = new();

    /// <inheritdoc/>
    public override long TimestampFrequency => clock is null ? Stopwatch.Frequency : Nanoseconds;

    /// <inheritdoc/>
    public override long GetTimestamp() => clock is { } id && GetTime(id, out var now) == 0 ? ((long)now.Seconds * Nanoseconds) + now.Rest : Stopwatch.GetTimestamp();

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetTime(int clock, out TimeSpec time);

    private readonly struct TimeSpec
    {
        public readonly nint Seconds;
        public readonly nint Rest;
    }
}
