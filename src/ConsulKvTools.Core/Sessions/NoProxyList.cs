using System.Globalization;
using System.Net;

namespace ConsulKvTools.Sessions;

/// <summary>A NO_PROXY value as Go's <c>httpproxy</c> reads it: exact hosts, <c>.suffix</c>, bare suffix, <c>*</c>, CIDR, <c>host:port</c>.</summary>
internal sealed class NoProxyList(string? text)
{
    private readonly string[] entries = (text ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// The first entry that covers <paramref name="host"/> for Go but not for .NET: <c>*</c>, CIDR, <c>host:port</c> or a suffix without a
    /// leading dot. Null when there is none, or another entry covers it for .NET.
    /// </summary>
    public string? FirstMissedByDotNet(string host, int port)
    {
        var address = IPAddress.TryParse(host, out var parsed) ? parsed : null;
        return CoversForDotNet(host) ? null : Array.Find(entries, entry => Covers(entry, host, port, address));
    }

    /// <summary>True when <paramref name="host"/> is to be reached without a proxy.</summary>
    public bool Covers(string host, int port)
    {
        var address = IPAddress.TryParse(host, out var parsed) ? parsed : null;
        return Array.Exists(entries, entry => Covers(entry, host, port, address));
    }

    /// <summary>True when .NET programs reach <paramref name="host"/> without a proxy too: they know exact hosts and <c>.suffix</c> only.</summary>
    public bool CoversForDotNet(string host) => Array.Exists(entries, entry =>
        string.Equals(entry, host, StringComparison.OrdinalIgnoreCase)
        || (entry.StartsWith(".", StringComparison.Ordinal) && host.EndsWith(entry, StringComparison.OrdinalIgnoreCase)));

    private static bool Covers(string entry, string host, int port, IPAddress? address)
    {
        if (entry == "*") return true;
        if (entry.IndexOf('/') is var slash and > 0)
            return address is not null
                && IPAddress.TryParse(entry.Substring(0, slash), out var network)
                && int.TryParse(entry.Substring(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
                && InNetwork(address, network, bits);
        if (HasPort(entry))
        {
            var colon = entry.LastIndexOf(':');
            if (entry.Substring(colon + 1) != port.ToString(CultureInfo.InvariantCulture)) return false;
            entry = entry.Substring(0, colon);
        }
        entry = entry.Trim('[', ']');
        if (address is not null) return IPAddress.TryParse(entry, out var same) && same.Equals(address);
        if (entry.StartsWith("*.", StringComparison.Ordinal)) entry = entry.Substring(1);
        if (entry.StartsWith(".", StringComparison.Ordinal)) return host.EndsWith(entry, StringComparison.OrdinalIgnoreCase);
        return string.Equals(host, entry, StringComparison.OrdinalIgnoreCase)
            || host.EndsWith("." + entry, StringComparison.OrdinalIgnoreCase);
    }

    private static bool HasPort(string entry)
    {
        var colon = entry.LastIndexOf(':');
        return colon > 0 && (entry.IndexOf(':') == colon || entry[colon - 1] == ']');
    }

    private static bool InNetwork(IPAddress address, IPAddress network, int bits)
    {
        var one = address.GetAddressBytes();
        var other = network.GetAddressBytes();
        if (one.Length != other.Length || bits > one.Length * 8) return false;
        for (var bit = 0; bit < bits; bit++)
        {
            var mask = (byte)(0x80 >> (bit % 8));
            if ((one[bit / 8] & mask) != (other[bit / 8] & mask)) return false;
        }
        return true;
    }
}
