using System.Globalization;
using System.Runtime.InteropServices;
using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools.Diagnosis.Host;

/// <summary>How many connections to one address and port can exist at once: one for each local port that the system gives out.</summary>
internal static class LocalPorts
{
    // IANA's dynamic range, 49152 to 65535: what Windows uses unless it was told otherwise.
    private const int Dynamic = 16384;

    /// <summary>The number of such ports; null when not known.</summary>
    public static int? Count(ProcFolder proc)
    {
        var range = proc.Text("sys/net/ipv4/ip_local_port_range", "local ports")?.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (range is null) return RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? Dynamic : null;
        if (range.Length != 2 || !int.TryParse(range[0], NumberStyles.None, CultureInfo.InvariantCulture, out var low) || !int.TryParse(range[1], NumberStyles.None, CultureInfo.InvariantCulture, out var high)) return null;
        return high - low + 1 - Reserved(proc.Text("sys/net/ipv4/ip_local_reserved_ports", "local ports"), low, high);
    }

    // "8080,9000-9010"
    private static int Reserved(string? text, int low, int high) => (text ?? "").Trim().Split([','], StringSplitOptions.RemoveEmptyEntries)
        .Select(part => part.Split('-').Select(end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0).ToArray())
        .Sum(ends => Math.Max(0, Math.Min(high, ends[ends.Length - 1]) - Math.Max(low, ends[0]) + 1));
}
