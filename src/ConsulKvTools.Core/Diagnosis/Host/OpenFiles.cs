using System.Globalization;
using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools.Diagnosis.Host;

/// <summary>Whether files and sockets can still be opened.</summary>
internal static class OpenFiles
{
    private const double Nearly = 0.95;

    /// <summary>The finding about one process's limit; null when there is room.</summary>
    /// <param name="count">Files it has open; null when not known.</param>
    /// <param name="limit">Files it may have open; null when not known.</param>
    /// <param name="who">The process, for people.</param>
    /// <param name="pid">Its id.</param>
    public static ConsulFinding? Judge(int? count, long? limit, string who, int pid)
    {
        if (count is not { } used || limit is not { } allowed || used < allowed * Nearly) return null;
        var finding = ConsulFinding.Create("Host.OpenFilesExhausted",
            ("text", string.Format(CultureInfo.InvariantCulture, "{0} has {1} of {2} open", who, used, allowed)), ("pid", pid), ("count", used), ("limit", allowed));
        return used < allowed ? finding with { Severity = FindingSeverity.Warning } : finding;
    }

    /// <summary>The finding about the whole system's limit; null when there is room.</summary>
    public static ConsulFinding? JudgeSystem(string? fileNr)
    {
        // "allocated unused max" (Documentation/admin-guide/sysctl/fs.rst).
        var words = fileNr?.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words is { Length: 3 } && ProcFolder.ParseNumber(words[0]) is { } used && ProcFolder.ParseNumber(words[2]) is > 0 and var limit && used >= limit * Nearly
            ? ConsulFinding.Create("Host.SystemOpenFilesExhausted", ("count", used), ("limit", limit)) : null;
    }
}
