using System.Runtime.CompilerServices;
using ConsulKvTools.Drills;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Commands;

/// <summary>Clusters to break.</summary>
internal static class DrillClusters
{
    /// <summary>Starts three servers and a client agent on loopback, of the executable in CONSUL_BIN or on PATH; nothing is fetched.</summary>
    /// <param name="kinds">What is to be done to it.</param>
    /// <param name="cancellation">Stops the start; what was started by then is ended.</param>
    /// <exception cref="ConsulException">It cannot be started here.</exception>
    public static Task<IDrillCluster> StartAsync(IReadOnlyList<ConsulFaultKind> kinds, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows() && kinds.Any(kind => kind is ConsulFaultKind.Freeze or ConsulFaultKind.Partition))
            throw Unavailable("Windows cannot freeze a process or cut its network; choose LeaderKill and Restart");
        var executable = Executable() ?? throw Unavailable("there is no executable named consul on PATH, and CONSUL_BIN names none");
        return StartAsync(executable, kinds.Contains(ConsulFaultKind.Partition), cancellation);
    }

    // Apart, so that the lab's assembly is looked for only here.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<IDrillCluster> StartAsync(string executable, bool cuts, CancellationToken cancellation)
    {
        try
        {
            return await LabDrillCluster.StartAsync(executable, cuts, cancellation).ConfigureAwait(false);
        }
        catch (PlatformNotSupportedException refused)
        {
            throw Unavailable($"a partition needs a network of its own, and {refused.Message}");
        }
        catch (Exception failed) when (failed is TimeoutException or InvalidOperationException or IOException or System.ComponentModel.Win32Exception or ConsulNotFoundException)
        {
            throw Unavailable(failed.Message);
        }
    }

    private static ConsulException Unavailable(string problem) => ConsulException.From(ConsulFinding.Create("Drill.ClusterUnavailable", ("problem", Printable.Text(problem.TrimEnd('.'), 400))));

    private static string? Executable()
    {
        if (Environment.GetEnvironmentVariable("CONSUL_BIN") is { Length: > 0 } named) return File.Exists(named) ? Path.GetFullPath(named) : null;
        var file = OperatingSystem.IsWindows() ? "consul.exe" : "consul";
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }
}
