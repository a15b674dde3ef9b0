using System.Globalization;
using System.Net;

namespace ConsulKvTools.Sessions;

/// <summary>Reads an address as Consul's own client does, and says where that client would stumble.</summary>
internal static class ConsulAddress
{
    /// <summary>What the address means, and the findings about it. The endpoint is null when nothing can be connected to.</summary>
    public static (ConsulEndpoint? Endpoint, List<ConsulFinding> Findings) Parse(string text, bool? sslVariable, string source)
    {
        var findings = new List<ConsulFinding>();
        var shown = ShownAddress.Of(text);
        ConsulFinding Finding(string code, string problem) =>
            ConsulFinding.Create(code, ("value", shown), ("source", source), ("problem", problem), ("variable", source), ("address", shown));

        var trimmed = text.Trim().Trim('"', '\'', '\uFEFF').Trim();
        if (trimmed != text)
            findings.Add(Finding("Config.AddrWhitespace", "blanks, quotes or a byte order mark around the address"));
        if (trimmed.Length == 0)
        {
            findings.Add(Finding("Config.AddrInvalid", "the address is empty"));
            return (null, findings);
        }

        var isSocket = trimmed.StartsWith("unix://", StringComparison.OrdinalIgnoreCase);
        // What follows ? or # may be a token, what stands before an @ a password: neither may be repeated.
        if (trimmed.IndexOf('@') >= 0 && !isSocket)
        {
            findings.Add(Finding("Config.AddrInvalid", "it holds a user name or password; CONSUL_HTTP_AUTH is for a proxy's basic authentication and -Token for Consul"));
            return (null, findings);
        }
        // A socket's path may hold these characters, but then the socket is there.
        if (trimmed.IndexOfAny(['?', '#']) is var query and >= 0 && !(isSocket && File.Exists(trimmed.Substring("unix://".Length))))
        {
            findings.Add(Finding("Config.AddrInvalid", trimmed[query] == '?' ? "a query (?...) does not belong into it; give a token with -Token or CONSUL_HTTP_TOKEN" : "a fragment (#...) does not belong into it"));
            return (null, findings);
        }

        var scheme = "http";
        var rest = trimmed;
        if (trimmed.IndexOf("://", StringComparison.Ordinal) is var separator and >= 0)
        {
            scheme = trimmed.Substring(0, separator).ToLowerInvariant();
            rest = trimmed.Substring(separator + 3);
        }
        if (scheme == "unix")
            return (new ConsulEndpoint { Host = "", Port = 0, UseTls = false, SocketPath = rest }, findings);
        if (scheme is not ("http" or "https"))
        {
            findings.Add(Finding("Config.AddrSchemeUnknown", Array.TrueForAll(scheme.ToCharArray(), letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '+' or '-' or '.')
                ? $"the scheme '{scheme}' is not http, https or unix" : "what stands before :// is not http, https or unix"));
            return (null, findings);
        }

        var useTls = scheme == "https";
        if (sslVariable == true && !useTls)
        {
            useTls = true;
            if (trimmed.IndexOf("://", StringComparison.Ordinal) >= 0) findings.Add(Finding("Config.SslTrueUpgradesHttp", "CONSUL_HTTP_SSL=true makes the client speak https"));
        }
        else if (sslVariable == false && useTls)
        {
            findings.Add(Finding("Config.SslFalseIgnoredForHttps", "CONSUL_HTTP_SSL=false does not turn an https address into http"));
        }

        var prefix = "";
        if (rest.IndexOf('/') is var path and >= 0)
        {
            prefix = rest.Substring(path).TrimEnd('/');
            rest = rest.Substring(0, path);
            // Only Consul's own client stumbles over it, and that reads the variable.
            if (prefix.Length == 0 && source == "CONSUL_HTTP_ADDR") findings.Add(Finding("Config.AddrTrailingSlash", "a slash after the port"));
        }

        if (!SplitHostAndPort(rest, out var host, out var port, out var portGiven))
        {
            findings.Add(Finding("Config.AddrInvalid", "it is not host:port"));
            return (null, findings);
        }
        if (!portGiven)
        {
            port = useTls ? 443 : 80;
            findings.Add(ConsulFinding.Create("Config.AddrNoPort", ("value", shown), ("address", shown), ("host", host), ("port", port), ("source", source), ("variable", source)));
        }
        if (IPAddress.TryParse(host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
        {
            findings.Add(Finding("Config.AddrWildcard", $"{host} is an address to listen on, not to connect to"));
            return (null, findings);
        }
        return (new ConsulEndpoint { Host = host, Port = port, UseTls = useTls, PortWasGiven = portGiven, PathPrefix = prefix }, findings);
    }

    private static bool SplitHostAndPort(string text, out string host, out int port, out bool portGiven)
    {
        host = text;
        port = 0;
        portGiven = false;
        string? portText = null;
        if (text.StartsWith("[", StringComparison.Ordinal))
        {
            var close = text.IndexOf(']');
            if (close < 0) return false;
            host = text.Substring(1, close - 1);
            var after = text.Substring(close + 1);
            if (after.Length > 0 && after[0] != ':') return false;
            if (after.Length > 0) portText = after.Substring(1);
            if (!IPAddress.TryParse(host, out _)) return false;
        }
        else if (text.IndexOf(':') is var colon and >= 0)
        {
            if (text.LastIndexOf(':') != colon)
                return IPAddress.TryParse(text, out _);
            host = text.Substring(0, colon);
            portText = text.Substring(colon + 1);
        }
        if (host.Length == 0) host = "127.0.0.1";
        if (Array.Exists(host.ToCharArray(), letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter is '"' or '\'' or '\\' or '<' or '>')) return false;
        if (portText is null) return true;
        portGiven = true;
        return int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;
    }
}
