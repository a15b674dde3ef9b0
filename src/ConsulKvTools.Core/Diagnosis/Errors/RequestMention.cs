using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>What a text says about the request that failed: whom it went to, and for which key.</summary>
internal sealed record RequestMention
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private static readonly Regex Url = new("""(?:(?<method>Get|Put|Post|Delete|Head|Patch|GET|PUT|POST|DELETE|HEAD|PATCH)\]?(?: request for| to)?\s+\[?\\?["']?)?(?<url>(?<![\w\\])(?<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://(?<rest>(?:\[[0-9a-fA-F:.%]+\])?[^\s"'\\<>)\]},]*))""", Options, TimedSearch.Longest);
    private static readonly Regex ApiPath = new("""(?:(?<method>GET|PUT|POST|DELETE)\s+["']?|method=(?<method>[A-Z]+) (?:url|path)=)?(?<![\w.-])(?<path>/v1/(?:kv|txn|session|agent|status|catalog|health|acl|event|query|connect|operator|coordinate|snapshot|internal|config)\b[^\s"'\\<>)\]},]*)""", Options, TimedSearch.Longest);
    private static readonly Regex Peer = new("""->\[?(?<host>[\w.:-]+?)\]?:(?<port>\d{1,5})\b|host='(?<host>[^']+)', port='?(?<port>\d{1,5})|"(?<host>[\w.:-]+)" port (?<port>\d{1,5})|(?:[Cc]onnect(?:ion)? to|dial tcp|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|peeraddr=|\bto server at|refused:|timed out:|unreachable:|\() ?\[?(?:[\w.-]*/)?(?<host>\[[0-9a-fA-F:.]+\]|[\w-]+(?:\.[\w-]+)*|::1)\]?(?::| port |[^\w:]*\(port )(?<port>\d{1,5})\b""", Options, TimedSearch.Longest);
    private static readonly Regex Consul = new("""consul|/v1/(?:kv|txn|session|catalog|health|status/leader|agent/self)\b|(?::|port[ =:']{1,2}|port )850[01]\b""", Options | RegexOptions.IgnoreCase, TimedSearch.Longest);
    private static readonly Regex Others = new("""\b(?:jdbc:|could not connect to server: Connection refused|accepting TCP/IP connections|postgres\w*|psql|psycopg\w*|mysql\w*|mariadb|redis\w*|jedis|lettuce|mongo\w*|kafka|zookeeper|elasticsearch|opensearch|rabbitmq|amqps?|cassandra|memcached?|etcd\w*|vault|nomad|dockerd|containerd|kubelet|kube-apiserver|kubectl|ldaps?|smtps?|imaps?|sftp|sshd?(?!-\d)|rsync|github\.com|gitlab|npm|maven|pypi|s3|amazonaws|influxdb|grafana|minio|nats|mqtt|neo4j|sqlserver|oracle)\b""", Options | RegexOptions.IgnoreCase, TimedSearch.Longest);

    /// <summary>GET, PUT, POST, DELETE…; null when it is not said.</summary>
    public string? Method { get; private init; }

    /// <summary>Scheme, host and port as the client was given them; null when no URL is named. Never holds user, password or query.</summary>
    public string? Address { get; private init; }

    /// <summary>Host or address; null when it is not said.</summary>
    public string? Host { get; private init; }

    /// <summary>The port; null when it is not said.</summary>
    public int? Port { get; private init; }

    /// <summary>Path below the host, still escaped, without query; empty when it is not said.</summary>
    public string Path { get; private init; } = "";

    /// <summary>The key, as it was before it was put into the URL; null when the request is not about one.</summary>
    public string? Key { get; private init; }

    /// <summary>The datacenter that the request asked for by <c>dc=</c>; null when it named none.</summary>
    public string? Datacenter { get; private init; }

    /// <summary>True when the text names Consul, its port or a path of its API.</summary>
    public bool NamesConsul { get; private init; }

    /// <summary>True when the text names another program, or a request that is not one of Consul's API.</summary>
    public bool NamesOther { get; private init; }

    /// <summary>True when the named request, as far as it is known, changes data.</summary>
    public bool? IsWrite => Method is null ? null : Method is "PUT" or "POST" or "DELETE" or "PATCH";

    /// <summary>What the catalogue's texts call the request.</summary>
    public string Operation => Method switch { null => "request", "GET" or "HEAD" => "read", "DELETE" => "delete", _ => "write" };

    /// <summary>Reads <paramref name="text"/>.</summary>
    public static RequestMention Of(string text) => TimedSearch.In(text, Read, static _ => new RequestMention());

    /// <summary>The mention, with what <paramref name="outer"/> says where this one says nothing.</summary>
    public RequestMention Within(RequestMention? outer) => outer is null ? this : this with
    {
        Method = Method ?? outer.Method,
        Address = Address ?? outer.Address,
        Host = Host ?? outer.Host,
        Port = Host is null ? outer.Port : Port,
        Path = Path.Length > 0 ? Path : outer.Path,
        Key = Key ?? outer.Key,
        Datacenter = Datacenter ?? outer.Datacenter,
        NamesConsul = NamesConsul || outer.NamesConsul,
        NamesOther = !NamesConsul && !outer.NamesConsul && (NamesOther || outer.NamesOther),
    };

    private static RequestMention Read(string text)
    {
        var consul = Consul.IsMatch(text);
        var seen = new RequestMention { NamesConsul = consul, NamesOther = !consul && Others.IsMatch(text) };
        var path = "";
        foreach (Match match in Url.Matches(text))
        {
            var scheme = match.Groups["scheme"].Value.ToLowerInvariant();
            if (scheme is not ("http" or "https"))
            {
                if (scheme is not ("unix" or "tcp" or "ftp") && !consul) seen = seen with { NamesOther = true };
                continue;
            }
            var rest = match.Groups["rest"].Value.TrimEnd(':', ';', '.');
            var slash = rest.IndexOfAny(['/', '?', '#']);
            var authority = slash < 0 ? rest : rest.Substring(0, slash);
            if (authority.LastIndexOf('@') is >= 0 and var at) authority = authority.Substring(at + 1);
            // An explanation's link is not where the request went.
            if (authority is "curl.se" or "developer.hashicorp.com" or "www.consul.io" or "aka.ms" || authority.Length == 0) continue;
            path = slash < 0 ? "" : rest.Substring(slash);
            var (host, port) = Split(authority);
            seen = seen with { Method = MethodOf(match), Address = scheme + "://" + authority, Host = host, Port = port ?? (scheme == "https" ? 443 : 80) };
            break;
        }
        if (!IsApi(path) && ApiPath.Match(text) is { Success: true } api)
        {
            path = api.Groups["path"].Value.TrimEnd(':', ';', '.');
            seen = seen with { Method = seen.Method ?? MethodOf(api) };
        }
        var datacenter = DatacenterOf(path);
        if (path.IndexOfAny(['?', '#']) is >= 0 and var end) path = path.Substring(0, end);
        // A request below another path is somebody else's, whatever its host.
        if (!consul && path.Length > 1 && !IsApi(path)) seen = seen with { NamesOther = true };
        seen = seen with { Path = path, Key = KeyOf(path), Datacenter = datacenter };
        if (seen.Host is null && Peer.Match(text) is { Success: true } peer)
        {
            var host = peer.Groups["host"].Value.Trim('[', ']');
            seen = seen with { Host = host, Port = int.Parse(peer.Groups["port"].Value, CultureInfo.InvariantCulture) };
        }
        return seen;
    }

    private static bool IsApi(string path) => path.StartsWith("/v1/", StringComparison.Ordinal);

    private static string? MethodOf(Match match) => match.Groups["method"] is { Success: true } method ? method.Value.ToUpperInvariant() : null;

    private static string? KeyOf(string path)
    {
        const string Kv = "/v1/kv/";
        var at = path.IndexOf(Kv, StringComparison.Ordinal);
        return at < 0 || path.Length == at + Kv.Length ? null : Uri.UnescapeDataString(path.Substring(at + Kv.Length));
    }

    private static string? DatacenterOf(string path)
    {
        if (path.IndexOf('?') is not (>= 0 and var query)) return null;
        foreach (var pair in path.Substring(query + 1).Split('&'))
            if (pair.StartsWith("dc=", StringComparison.Ordinal) && pair.Length > 3) return Uri.UnescapeDataString(pair.Substring(3));
        return null;
    }

    private static (string Host, int? Port) Split(string authority)
    {
        var colon = authority.LastIndexOf(':');
        // The colons of a bare IPv6 address are no port's.
        if (colon < 0 || authority.EndsWith("]", StringComparison.Ordinal)) return (authority.Trim('[', ']'), null);
        return int.TryParse(authority.Substring(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (authority.Substring(0, colon).Trim('[', ']'), port)
            : (authority, null);
    }

    /// <summary>The mention as evidence.</summary>
    public IEnumerable<(string Name, object? Value)> Evidence()
    {
        yield return ("method", Method);
        yield return ("operation", Operation);
        yield return ("key", Key is null ? null : Printable.Text(Key, 200));
        yield return ("address", Address is null ? null : Printable.Text(Address, 200));
        yield return ("host", Host is null ? null : Printable.Text(Host, 200));
        yield return ("port", Port);
        yield return ("datacenter", Datacenter is null ? null : Printable.Text(Datacenter, 200));
        yield return ("ip", Host is not null && IPAddress.TryParse(Host, out var ip) ? ip.ToString() : null);
    }
}
