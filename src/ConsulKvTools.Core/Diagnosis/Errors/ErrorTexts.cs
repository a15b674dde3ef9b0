using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>Turns one line of any client, log or agent into the finding it means. What no rule knows stays unknown; nothing is guessed.</summary>
internal static class ErrorTexts
{
    private const int LongestShown = 300;
    private const int ServerWords = -1;
    private const int Escapes = -2;

    private static readonly Lazy<WordSearch> Search = new(() => new WordSearch(
        ClientTexts.All.SelectMany((row, index) => row.Words.Select(word => (word, index)))
            .Concat(ServerTexts.All.Select(RequiredWords.Of).OfType<string>().Select(word => (word.ToLowerInvariant(), ServerWords)))
            // JSON may write any character of a word otherwise; such lines are looked at after they were read.
            .Concat([("\\u00", Escapes), ("\\/", Escapes)])));

    private static readonly WordSearch ErrorWords = new(
        new[] { "error", "fail", "exception", "refused", "denied", "timeout", "timed out", "fatal", "panic", "unable", "cannot", "could not", "unreachable", "rejected" }.Select(word => (word, 0)));

    private static readonly Regex WebServer = new("nginx|openresty|Apache|HAProxy|Varnish|cloudflare|envoy|squid|Traefik|IIS", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TimedSearch.Longest);

    // Of parts that only Consul's logger is likely to have; another program may well have one called http.
    private static readonly Regex Agents = new(@"\[(?:TRACE|DEBUG|INFO|WARN|ERR|ERROR)\]\s+(?:agent|consul|raft|serf|memberlist|yamux|autopilot)(?:\.[\w.-]+)?: ", RegexOptions.CultureInvariant, TimedSearch.Longest);

    /// <summary>False for lines that no rule can know: told in one pass, without any allocation.</summary>
    public static bool MayBeKnown(ReadOnlySpan<char> line) => Search.Value.IsIn(line);

    /// <summary>True for a line that looks like an error to a person.</summary>
    public static bool LooksLikeError(ReadOnlySpan<char> line) => ErrorWords.IsIn(line);

    /// <summary>A line as a finding shows it: bounded, printable, without secrets.</summary>
    public static string Show(string line) => Printable.Text(SecretMask.Apply(line.Length > 4 * LongestShown ? line.Substring(0, 4 * LongestShown) : line).Trim(), LongestShown);

    /// <summary>What <paramref name="text"/> means; null when no rule knows it.</summary>
    /// <param name="text">One line, as it stands in the log.</param>
    /// <param name="context">The request that lines before it named, when this one is about the same error; null when none did.</param>
    public static RecognisedError? Recognise(string text, RequestMention? context = null)
    {
        if (!MayBeKnown(text.AsSpan())) return null;
        var log = LogLine.Read(text);
        var mentions = log.Texts.Select(RequestMention.Of).ToArray();
        var line = mentions.Aggregate((outer, inner) => inner.Within(outer)).Within(context);
        if (!line.NamesConsul && (context is { NamesOther: true } || mentions.Take(Math.Max(1, mentions.Length - 1)).Any(mention => mention.NamesOther)) && !IsAgents(text)) return null;
        for (var index = 0; index < mentions.Length; index++)
        {
            var part = log.Texts[index];
            if (RecogniseText(part, log, mentions[index].Within(line)) is { } known)
                return known with { Evidence = [.. known.Evidence, ("text", Printable.Text(part.Trim(), LongestShown)), ("time", log.Time)] };
        }
        return null;
    }

    // What names another program there is a node or a service that somebody called so: vault-1, s3.
    private static bool IsAgents(string text) => TimedSearch.Find(Agents, text) is not null;

    /// <summary>What an answer of <paramref name="status"/> with this body means.</summary>
    public static RecognisedError OfAnswer(int status, string? body, RequestMention request) => FromAnswer(status, body, request);

    /// <summary>True when the body of an answer of <paramref name="status"/> holds Consul's own words.</summary>
    public static bool IsConsulsBody(int status, string body, RequestMention request) => WordsOf(status, body, request, []).Code is not null;

    private static RecognisedError? RecogniseText(string text, LogLine log, RequestMention request)
    {
        var hits = new SortedSet<int>();
        Search.Value.Find(text.AsSpan(), hits);
        foreach (var index in hits)
        {
            if (index < 0 || ClientTexts.All[index] is not { Code: null } row) continue;
            if (Match(row, text, log, request) is { } match && OfAnswer(row, match, text, request) is { } answer) return answer;
        }
        if (hits.Contains(ServerWords) && OfServerWords(text, log, request) is { } server) return server;
        foreach (var index in hits)
        {
            if (index < 0 || ClientTexts.All[index] is not { Code: { } code } row) continue;
            if (Match(row, text, log, request) is not { } match) continue;
            var evidence = new List<(string, object?)>();
            foreach (var (name, value) in row.Groups(match)) evidence.Add(Evidence(name, value));
            return New(Refine(code, request, evidence), row.Client, evidence, request);
        }
        return null;
    }

    private static Match? Match(ClientText row, string text, LogLine log, RequestMention request) => row.When switch
    {
        ClientTextScope.Consul when !request.NamesConsul => null,
        ClientTextScope.Agent when text.IndexOf("agent", StringComparison.Ordinal) < 0 => null,
        ClientTextScope.Whole when !request.NamesConsul => log.Messages.Select(message => row.Find(message) is { } match && match.Length == message.Length ? match : null).FirstOrDefault(match => match is not null),
        _ => row.Find(text),
    };

    private static RecognisedError? OfAnswer(ClientText row, Match match, string text, RequestMention request)
    {
        int? status = row.Status;
        string? body = null, method = null, url = null;
        foreach (var (name, value) in row.Groups(match))
            switch (name)
            {
                case "status":
                    status = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
                        : Enum.TryParse<HttpStatusCode>(value, ignoreCase: true, out var word) ? (int)word : null;
                    break;
                case "body":
                    body = Unwrap(value, match.Groups["body"].Index > 0 && match.Groups["body"].Index <= text.Length ? text[match.Groups["body"].Index - 1] : ' ');
                    break;
                case "method":
                    method = value;
                    break;
                case "url":
                    url = value;
                    break;
            }
        if (url is not null) request = RequestMention.Of($"{method} {url}").Within(request);
        if (row.When == ClientTextScope.Words || status is null)
        {
            if (body is null) return null;
            var evidence = new List<(string, object?)>();
            var code = row.When == ClientTextScope.Words ? ServerTexts.FindIn(body, isWhole: true, ServerTextScope.Write, evidence) : WordsOf(null, body, request, evidence).Code;
            return code is null ? null : New(code, row.Client, [.. evidence, ("body", Printable.Text(body, LongestShown))], request);
        }
        var known = FromAnswer(status.Value, body, request);
        return known with { Evidence = [.. known.Evidence, ("client", row.Client)] };
    }

    /// <summary>Consul's own words, in a text without any wrapping that is known, or behind the words of whoever logs them.</summary>
    private static RecognisedError? OfServerWords(string text, LogLine log, RequestMention request)
    {
        foreach (var (part, isWhole) in log.Messages.Select(message => (message, true)).Concat(Ends(text).Select(end => (end, false))).Append((text, false)))
            foreach (var scope in ScopesOf(request, part))
            {
                var evidence = new List<(string, object?)>();
                if (ServerTexts.FindIn(part, isWhole, scope, evidence) is { } code) return New(code, null, evidence, request);
            }
        return null;
    }

    // "writing app/x: put failed: Value exceeds …": texts known by their beginning stand behind a colon of somebody else's.
    private static IEnumerable<string> Ends(string text)
    {
        const int Most = 12;
        var at = -1;
        for (var end = 0; end < Most && (at = text.IndexOf(": ", at + 1, StringComparison.Ordinal)) >= 0; end++) yield return text.Substring(at + 2).TrimEnd();
    }

    private static RecognisedError FromAnswer(int status, string? body, RequestMention request)
    {
        if (body is null) return OfStatus(status, request);
        body = body.TrimEnd('\r', '\n');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (body.TrimStart().StartsWith("<", StringComparison.Ordinal))
        {
            headers["Content-Type"] = "text/html";
            if (TimedSearch.Find(WebServer, body) is { } server) headers["Server"] = server.Value;
        }
        var txn = WordsOf(status, body, request, []).Scope == ServerTextScope.Txn;
        var asked = new ConsulRequest
        {
            Method = request.Method ?? "PUT",
            Path = txn ? "/v1/txn" : request.Path.Length > 0 ? request.Path : "/v1/kv/",
        };
        var response = new ConsulResponse(status, new Version(1, 1), headers, Encoding.UTF8.GetBytes(body), new RequestTimings(null, TimeSpan.Zero, TimeSpan.Zero));
        var failure = Classifier.Classify(response, asked, session: null, request.Key);
        var evidence = new List<(string, object?)>();
        foreach (System.Collections.DictionaryEntry pair in failure.Finding.Evidence)
            if ((string)pair.Key != "operation" || request.Method is not null) evidence.Add(((string)pair.Key, pair.Value));
        return New(failure.Code, null, evidence, request);
    }

    // Without its body an answer tells apart only what Consul never says itself.
    private static RecognisedError OfStatus(int status, RequestMention request)
    {
        var code = status switch
        {
            >= 300 and < 400 => "Http.RedirectRefused",
            407 => "Proxy.AuthenticationRequired",
            431 => "Agent.MaxHeaderBytes",
            502 or 504 => "Proxy.GatewayError",
            >= 500 => "Http.ServerError",
            _ => "Http.UnexpectedStatus",
        };
        var reason = Enum.IsDefined(typeof(HttpStatusCode), status) ? ((HttpStatusCode)status).ToString() : null;
        return New(code, null, [("status", status), ("body", reason)], request);
    }

    private static RecognisedError New(string code, string? client, IEnumerable<(string Name, object? Value)> evidence, RequestMention request)
    {
        var all = evidence.ToList();
        foreach (var row in request.Evidence())
            if (row.Value is not null && !all.Exists(known => known.Name == row.Name)) all.Add(row);
        if (client is not null) all.Add(("client", client));
        // Only for what may have changed data is it worth saying whether it did.
        if (request.IsWrite == true && FindingCatalogue.Get(code).Effect is WriteEffect.Ambiguous or WriteEffect.NotApplied)
            all.Add(("effect", FindingCatalogue.Get(code).Effect));
        return new RecognisedError(code, all, request);
    }

    private static (string, object?) Evidence(string name, string value) => name switch
    {
        "port" or "status" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => (name, number),
        "milliseconds" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var time) => ("seconds", Math.Round(time / 1000, 3)),
        "seconds" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var time) => (name, time),
        _ => (name, Printable.Text(value.Trim(), 200)),
    };

    // The error number is the same for "no local port is free" and "no IPv6 here"; the address tells.
    private static string Refine(string code, RequestMention request, List<(string Name, object? Value)> evidence) => code switch
    {
        // Newer versions of curl do not say why; nothing on the way refuses that fast, and on its own machine there is no way.
        "Tcp.ConnectFailed" when evidence.Exists(row => row is { Name: "seconds", Value: double and < 0.1 }) && IsNear(request, evidence) => "Tcp.Refused",
        "Tcp.LocalPortsExhausted" when request.Host is { } host && IPAddress.TryParse(host, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 => "Tcp.AddressFamilyUnavailable",
        _ => code,
    };

    // At once and elsewhere may be a route that is missing; a refusal has been there and back.
    private static bool IsNear(RequestMention request, List<(string Name, object? Value)> evidence)
    {
        var host = evidence.Find(row => row.Name == "host").Value as string ?? request.Host;
        return string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip))
            || evidence.Exists(row => row is { Name: "seconds", Value: double and > 0 });
    }

    private static (string? Code, ServerTextScope Scope) WordsOf(int? status, string body, RequestMention request, List<(string, object?)> evidence)
    {
        var scopes = ScopesOf(request, body);
        foreach (var scope in scopes)
            if (ServerTexts.Match(status, body, scope, evidence, wordsOnly: true) is { } code) return (code, scope);
        return (null, scopes[0]);
    }

    // A text that names no path may be about any endpoint.
    private static ServerTextScope[] ScopesOf(RequestMention request, string text) =>
        request.Path.StartsWith("/v1/txn", StringComparison.Ordinal) || text.IndexOf("\"OpIndex\"", StringComparison.Ordinal) >= 0 ? [ServerTextScope.Txn]
        : request.Path.StartsWith("/v1/session", StringComparison.Ordinal) ? [ServerTextScope.Session]
        : request.Path.Length > 0 ? [request.IsWrite == false ? ServerTextScope.Read : ServerTextScope.Write]
        : [ServerTextScope.Write, ServerTextScope.Txn];

    /// <summary>The body ends where the bracket before it is closed; loggers write on behind it.</summary>
    private static string Unwrap(string body, char open)
    {
        var close = open switch { '(' => ')', '[' => ']', _ => '\0' };
        if (close == '\0') return body;
        var depth = 0;
        for (var index = 0; index < body.Length; index++)
        {
            if (body[index] == open) depth++;
            else if (body[index] == close && depth-- == 0) return body.Substring(0, index);
        }
        return body;
    }
}
