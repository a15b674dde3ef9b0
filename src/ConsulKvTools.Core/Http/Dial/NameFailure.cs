using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Http;

/// <summary>What stands in the way between a host name and an address.</summary>
internal static class NameFailure
{
    /// <summary>The code of what is wrong with the name itself; null when it can be asked for.</summary>
    public static string? CodeOfName(string host)
    {
        if (IPAddress.TryParse(host, out var address))
            return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? "Config.AddrWildcard" : null;
        var name = host.EndsWith(".", StringComparison.Ordinal) ? host.Substring(0, host.Length - 1) : host;
        var labels = name.Split('.');
        // Four numbers that are no address: resolvers would ask the root servers for it.
        if (Array.TrueForAll(labels, label => label.Length > 0 && label.All(letter => letter is >= '0' and <= '9'))) return "Dns.MalformedAddress";
        if (host.IndexOf(':') >= 0) return "Dns.MalformedAddress";
        var valid = name.Length is > 0 and <= 253 && Array.TrueForAll(labels, IsLabel);
        return valid ? null : "Dns.InvalidName";
    }

    /// <summary>
    /// The failure as far as the system's resolver tells it. It cannot tell SERVFAIL from REFUSED from nobody listening; the probes
    /// ask the name servers themselves.
    /// </summary>
    public static string CodeOf(SocketError error) => error switch
    {
        SocketError.NoData => "Dns.NoAddress",
        SocketError.TryAgain => "Dns.ServerFailure",
        SocketError.TimedOut => "Dns.ResolverTimeout",
        _ => "Dns.NameNotFound",
    };

    // Letters beyond ASCII become punycode later on; an underscore is not legal in a host name, and yet in use.
    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label.All(letter => letter > 127 || char.IsLetterOrDigit(letter) || letter is '-' or '_');
}
