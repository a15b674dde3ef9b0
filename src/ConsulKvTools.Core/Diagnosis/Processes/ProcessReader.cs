using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>Reads what another process is like.</summary>
internal static class ProcessReader
{
    // PF_KTHREAD (include/linux/sched.h).
    private const long KernelThread = 0x0020_0000;

    // USER_HZ: what the kernel's tables count in on every platform .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>The process with this id, as it is now.</summary>
    /// <param name="pid">Its id.</param>
    /// <param name="root">Where <c>/proc</c> is.</param>
    /// <exception cref="ConsulException">There is no such process, or none that this user can see.</exception>
    public static ProcessSnapshot Read(int pid, string root = "/proc")
    {
        if (pid <= 0) throw NoProcess(pid, "a process id is a number above zero");
        if (root == "/proc" && !RuntimeInformation.IsOSPlatform(OSPlatform.Linux)) return OfOtherSystem(pid);
        var proc = new ProcFolder(root);
        var own = pid.ToString(CultureInfo.InvariantCulture);
        if (proc.Text(own + "/stat", "its state") is not { } stat) throw NoProcess(pid, $"there is no process {pid}, or this user cannot see it");
        var fields = stat.Substring(stat.LastIndexOf(')') + 1).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var state = fields.Length > 0 ? fields[0][0] : (char?)null;
        var isKernelThread = fields.Length > 6 && long.TryParse(fields[6], NumberStyles.None, CultureInfo.InvariantCulture, out var flags) && (flags & KernelThread) != 0;
        var snapshot = new ProcessSnapshot
        {
            Pid = pid,
            Command = Printable.Text(stat.Substring(stat.IndexOf('(') + 1, Math.Max(0, stat.LastIndexOf(')') - stat.IndexOf('(') - 1)), 40),
            State = state,
            IsKernelThread = isKernelThread,
            User = UserOf(proc, own),
            StartedAt = fields.Length > 19 ? StartOf(proc, fields[19]) : null,
            Files = new ProcessFiles(proc.PathOf(own), false, null),
        };
        // One that has ended has nothing left to read.
        if (isKernelThread || state is 'Z' or 'X') return snapshot;

        var environment = EnvironmentOf(proc, own);
        var (soft, hard) = LimitsOf(proc.Text(own + "/limits", "its limits"));
        var network = LinkOrDeny(proc, own + "/ns/net", "its network namespace");
        var (openFiles, sockets, written) = FilesOf(proc, own);
        var files = FilesSeenBy(proc, own);
        return snapshot with
        {
            Environment = environment,
            Files = files,
            SharesNetwork = network is null || proc.Link("self/ns/net") is not { } ours ? null : network == ours,
            OpenFiles = openFiles,
            OpenFilesLimit = soft,
            OpenFilesHardLimit = hard,
            Sockets = sockets,
            WrittenFiles = written,
            Unreadable = proc.Denied,
        };
    }

    /// <summary>The TCP sockets of the network the process lives in, its own and others'.</summary>
    public static IReadOnlyList<TcpRow> ReadTcp(string root, string process)
    {
        var proc = new ProcFolder(root);
        return new[] { "tcp", "tcp6" }.SelectMany(table => TcpRow.ParseTable(proc.Text($"{process}/net/{table}", "sockets"))).ToArray();
    }

    private static ProcessSnapshot OfOtherSystem(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return new ProcessSnapshot
            {
                Pid = pid, Command = Printable.Text(process.ProcessName, 40), Files = new ProcessFiles("", false, null), StartedAt = StartOf(process),
                Unsupported = "this system does not show the variables, files and sockets of another process without native calls",
            };
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            throw NoProcess(pid, $"there is no process {pid}");
        }
    }

    private static DateTimeOffset? StartOf(Process process)
    {
        try
        {
            return process.StartTime;
        }
        catch (Exception failure) when (failure is Win32Exception or InvalidOperationException or NotSupportedException)
        {
            return null;
        }
    }

    private static ConsulRequestException NoProcess(int pid, string problem) =>
        new(ConsulFinding.Create("Request.Invalid", ("source", "-ProcessId"), ("value", pid), ("problem", problem)));

    // Go takes the first of two variables of one name, and so does getenv.
    private static Dictionary<string, string>? EnvironmentOf(ProcFolder proc, string own)
    {
        if (proc.Bytes(own + "/environ", "its variables") is not { } bytes) return null;
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Encoding.UTF8.GetString(bytes).Split('\0'))
        {
            var equals = pair.IndexOf('=');
            if (equals > 0 && !variables.ContainsKey(pair.Substring(0, equals))) variables.Add(pair.Substring(0, equals), pair.Substring(equals + 1));
        }
        return variables;
    }

    private static ProcessFiles FilesSeenBy(ProcFolder proc, string own)
    {
        var root = LinkOrDeny(proc, own + "/root", "its root folder");
        var mounts = LinkOrDeny(proc, own + "/ns/mnt", "its mounts");
        var elsewhere = root is not null and not "/" || (mounts is not null && proc.Link("self/ns/mnt") is { } ours && mounts != ours);
        // After a chroot the kernel shows the folder as it is called from here.
        var working = proc.Link(own + "/cwd");
        if (root is not null and not "/" && working is not null) working = working == root ? "/" : working.StartsWith(root + "/", StringComparison.Ordinal) ? working.Substring(root.Length) : null;
        return new ProcessFiles(proc.PathOf(own), elsewhere, working);
    }

    private static string? LinkOrDeny(ProcFolder proc, string name, string what)
    {
        var target = proc.Link(name);
        if (target is null) proc.Deny(name, what);
        return target;
    }

    private static (int? Count, HashSet<ulong>? Sockets, IReadOnlyList<string> Written) FilesOf(ProcFolder proc, string own)
    {
        if (proc.Names(own + "/fd", "its open files and sockets") is not { } descriptors) return (null, null, []);
        const string Socket = "socket:[";
        var sockets = new HashSet<ulong>();
        var written = new List<string>();
        foreach (var descriptor in descriptors)
        {
            if (proc.Link($"{own}/fd/{descriptor}") is not { } target) continue;
            if (target.StartsWith(Socket, StringComparison.Ordinal) && ulong.TryParse(target.Substring(Socket.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
                sockets.Add(inode);
            else if (target.StartsWith("/", StringComparison.Ordinal) && !target.StartsWith("/dev/", StringComparison.Ordinal) && !target.StartsWith("/proc/", StringComparison.Ordinal)
                && written.Count < 100 && IsWritten(proc.Text($"{own}/fdinfo/{descriptor}", "its open files")))
                // Through the descriptor it is reached whatever its root is and even if it was deleted.
                written.Add(proc.PathOf($"{own}/fd/{descriptor}"));
        }
        return (descriptors.Count, sockets, written);
    }

    // "flags:" is octal; its last two bits are O_WRONLY and O_RDWR.
    private static bool IsWritten(string? descriptor)
    {
        var line = descriptor?.Split('\n').FirstOrDefault(text => text.StartsWith("flags:", StringComparison.Ordinal))?.TrimEnd();
        return line is { Length: > 0 } && line[line.Length - 1] is var last && (last - '0' & 3) is 1 or 2;
    }

    private static (long? Soft, long? Hard) LimitsOf(string? limits)
    {
        const string Row = "Max open files";
        var line = limits?.Split('\n').FirstOrDefault(text => text.StartsWith(Row, StringComparison.Ordinal));
        var words = line?.Substring(Row.Length).Split([' '], StringSplitOptions.RemoveEmptyEntries);
        return words is { Length: >= 2 } ? (ProcFolder.ParseNumber(words[0]), ProcFolder.ParseNumber(words[1])) : (null, null);
    }

    private static string? UserOf(ProcFolder proc, string own)
    {
        var line = proc.Text(own + "/status", "its user")?.Split('\n').FirstOrDefault(text => text.StartsWith("Uid:", StringComparison.Ordinal));
        var words = line?.Split(['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (words is not { Length: >= 3 }) return null;
        // The second number is the effective one: what counts for files.
        var number = words[2];
        try
        {
            return File.ReadLines("/etc/passwd").Select(row => row.Split(':')).FirstOrDefault(row => row.Length > 2 && row[2] == number)?[0] ?? number;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return number;
        }
    }

    private static DateTimeOffset? StartOf(ProcFolder proc, string ticks)
    {
        var boot = ProcFolder.ParseNumber(proc.Text("stat", "the time of boot")?.Split('\n').FirstOrDefault(text => text.StartsWith("btime ", StringComparison.Ordinal))?.Substring(6));
        return boot is { } seconds && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var after)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddSeconds(after / TicksPerSecond) : null;
    }
}
