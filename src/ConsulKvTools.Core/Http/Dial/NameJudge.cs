using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Http;

/// <summary>Whether a certificate is for this host (RFC 6125 as browsers, Go and .NET apply it), and if not, why not.</summary>
internal static class NameJudge
{
    /// <summary>The code of what is wrong; <c>Tls.CommonNameOnly</c> when .NET alone would accept it; null when the name fits.</summary>
    public static string? CodeFor(X509Certificate2 certificate, string host)
    {
        var names = CertificateFacts.Names(certificate);
        if (names is null)
        {
            var common = certificate.GetNameInfo(X509NameType.SimpleName, false);
            return Fits(common, AsciiName(host)) ? "Tls.CommonNameOnly" : IPAddress.TryParse(host, out _) ? "Tls.IpSanMissing" : "Tls.HostNameMismatch";
        }
        if (IPAddress.TryParse(host, out var address))
        {
            if (names.Value.Ip.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)) return null;
            return names.Value.Dns.Contains(host, StringComparer.OrdinalIgnoreCase) ? "Tls.IpInDnsSan" : "Tls.IpSanMissing";
        }
        var wanted = AsciiName(host);
        if (names.Value.Dns.Any(name => Fits(name, wanted))) return null;
        return names.Value.Dns.Any(name => IsTooShallow(name, wanted)) ? "Tls.WildcardDepth" : "Tls.HostNameMismatch";
    }

    private static bool Fits(string pattern, string host)
    {
        if (!pattern.StartsWith("*.", StringComparison.Ordinal)) return string.Equals(pattern.TrimEnd('.'), host, StringComparison.OrdinalIgnoreCase);
        var dot = host.IndexOf('.');
        return dot > 0 && string.Equals(pattern.Substring(1), host.Substring(dot), StringComparison.OrdinalIgnoreCase);
    }

    // *.dc1.consul stands for one label: a.dc1.consul, not a.b.dc1.consul.
    private static bool IsTooShallow(string pattern, string host) =>
        pattern.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(pattern.Substring(1), StringComparison.OrdinalIgnoreCase);

    private static string AsciiName(string host)
    {
        var name = host.TrimEnd('.');
        try
        {
            return name.All(letter => letter < 128) ? name : new IdnMapping().GetAscii(name);
        }
        catch (ArgumentException)
        {
            return name;
        }
    }
}
