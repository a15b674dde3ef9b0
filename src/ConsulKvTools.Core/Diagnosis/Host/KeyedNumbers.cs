using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools.Diagnosis.Host;

/// <summary>Kernel files of the form "name number" a line: meminfo, memory.stat, cpu.stat, memory.events.</summary>
internal static class KeyedNumbers
{
    /// <summary>The number behind <paramref name="name"/>; null when the text has no such line.</summary>
    public static long? Of(string? text, string name)
    {
        foreach (var line in (text ?? "").Split('\n'))
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ' ' or ':' or '\t')
                return ProcFolder.ParseNumber(line.Substring(name.Length + 1));
        return null;
    }
}
