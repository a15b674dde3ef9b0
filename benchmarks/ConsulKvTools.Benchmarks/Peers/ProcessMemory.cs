using System.Globalization;

namespace ConsulKvTools.Benchmarks.Peers;

/// <summary>What Linux says of a process's memory, in bytes.</summary>
/// <param name="PeakResident">Most that was ever resident.</param>
/// <param name="Anonymous">Resident memory that is the process's own: heaps and stacks, no files.</param>
internal sealed record ProcessMemory(long PeakResident, long Anonymous)
{
    /// <summary>Reads it; null when there is no such process or no <c>/proc</c>.</summary>
    public static ProcessMemory? Read(int id)
    {
        try
        {
            long peak = 0, anonymous = 0;
            foreach (var line in File.ReadLines($"/proc/{id}/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal)) peak = Kilobytes(line);
                else if (line.StartsWith("RssAnon:", StringComparison.Ordinal)) anonymous = Kilobytes(line);
            }
            return peak == 0 ? null : new ProcessMemory(peak, anonymous);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Kilobytes(string line) =>
        long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
}
