using System.Runtime.InteropServices;

namespace ConsulKvTools.Lab;

/// <summary>The POSIX signals the lab sends. Not on Windows.</summary>
internal static class Signal
{
    private static bool Bsd => OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD();

    public static void Terminate(int pid) => Send(pid, 15);

    public static void Kill(int pid) => Send(pid, 9);

    public static void Hangup(int pid) => Send(pid, 1);

    public static void Stop(int pid) => Send(pid, Bsd ? 17 : 19);

    public static void Continue(int pid) => Send(pid, Bsd ? 19 : 18);

    private static void Send(int pid, int signal)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("Windows has no signals; freezing an agent needs Linux or macOS.");
        _ = kill(pid, signal);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
