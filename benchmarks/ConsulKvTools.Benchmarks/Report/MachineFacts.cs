using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Benchmarks.Report;

/// <summary>What a reader must know of the machine to read the figures.</summary>
internal sealed record MachineFacts(IReadOnlyList<KeyValuePair<string, string>> Rows)
{
    public static async Task<MachineFacts> GatherAsync(string dataFolder, CancellationToken cancellation)
    {
        var rows = new List<KeyValuePair<string, string>>
        {
            new("Date", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)),
            new("CPU", $"{ProcessorName()}, {Environment.ProcessorCount} cores; load average at the start {LoadAverage()}"),
            new("Memory", $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024 * 1024 * 1024.0):0.#} GiB"),
            new("System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}"),
            new("Disk of the servers' data", DiskOf(dataFolder)),
            new("Consul", (await ConsulBinary.LocateAsync().ConfigureAwait(false)).Version.ToString()),
            new(".NET", RuntimeInformation.FrameworkDescription),
            new("Product", typeof(ConsulKvSession).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?"),
        };
        foreach (var (name, program, argument) in new[] { ("PowerShell", "pwsh", "--version"), ("curl", "curl", "--version") })
            rows.Add(new(name, await VersionAsync(program, argument, cancellation).ConfigureAwait(false)));
        // Its only way to tell its version is an error.
        rows.Add(new("wrk", Wrk.IsHere ? "here" : "not here"));
        return new MachineFacts(rows);
    }

    private static async Task<string> VersionAsync(string program, string argument, CancellationToken cancellation)
    {
        if (!ProgramRun.IsHere(program)) return "not here";
        var run = await ProgramRun.RunAsync(program, [argument], cancellation).ConfigureAwait(false);
        var first = (run.Output + run.Error).Split('\n')[0].Trim();
        var words = first.Split(' ');
        return words.Length > 1 ? words[1] : first;
    }

    private static string ProcessorName() =>
        Lines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown processor";

    private static string LoadAverage() => Lines("/proc/loadavg").FirstOrDefault()?.Split(' ')[0] ?? "unknown";

    private static string DiskOf(string folder)
    {
        var mount = DriveInfo.GetDrives().Where(drive => folder.StartsWith(drive.Name, StringComparison.Ordinal)).MaxBy(drive => drive.Name.Length);
        if (mount is null) return "unknown";
        var device = Lines("/proc/mounts").Select(line => line.Split(' ')).LastOrDefault(fields => fields.Length > 2 && fields[1] == mount.Name);
        var kind = mount.DriveFormat is "tmpfs" or "ramfs" ? ": memory, not a disk, so write figures flatter everyone" : "";
        return device is null ? mount.DriveFormat + kind : $"{mount.DriveFormat} on {device[0]}{kind}";
    }

    private static IEnumerable<string> Lines(string file) => File.Exists(file) ? File.ReadLines(file) : [];
}
