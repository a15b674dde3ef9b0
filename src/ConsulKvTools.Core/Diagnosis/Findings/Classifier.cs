using System.Globalization;
using ConsulKvTools.Http;
using ConsulKvTools.Kv.Writing;
using ConsulKvTools.Retries;

namespace ConsulKvTools.Diagnosis;

/// <summary>The one place that turns a failure into a code of the catalogue: Consul's exact texts, statuses and headers, and the transport's numbers.</summary>
internal static class Classifier
{
    /// <summary>A connection that failed, or broke before the whole answer was there.</summary>
    /// <param name="broken">How it failed.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="session">Whose request it was.</param>
    /// <param name="key">The key or prefix concerned; null when none.</param>
    public static Failure Classify(ConsulTransportException broken, ConsulRequest request, ConsulKvSession session, string? key)
    {
        var finding = broken.ToFinding().FilledFrom(Known(session, key));
        var definition = FindingCatalogue.Get(finding.Code);
        if (request.IsWrite && broken.RequestMayHaveArrived)
            return new Failure(finding, WriteEffect.Ambiguous, RetryAdvice.AfterAsking, null, false, null);
        var retry = definition.Retry is RetryAdvice.AfterAsking ? RetryAdvice.AfterBackoff : definition.Retry;
        return new Failure(finding, WriteEffect.NotApplied, retry, null, !broken.RequestMayHaveArrived, null);
    }

    /// <summary>An answer that is not the one hoped for.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="session">Whose request it was; null when only the answer is known.</param>
    /// <param name="key">The key or prefix concerned; null when none.</param>
    public static Failure Classify(ConsulResponse response, ConsulRequest request, ConsulKvSession? session, string? key)
    {
        // Servers and gateways give back what they were sent: nothing is taken from an answer before its secrets are out of it.
        var text = response.ShownText;
        var evidence = new List<(string, object?)>
        {
            ("key", key is null ? null : Printable.Text(key)), ("status", response.Status), ("body", Printable.Text(text)), ("operation", request.Method switch { "GET" => "read", "DELETE" => "delete", _ => "write" }),
        };
        var code = CodeOf(response, text, request, session, evidence);
        var finding = ConsulFinding.Create(code, [.. evidence]);
        if (session is not null) finding = finding.FilledFrom(Known(session, key));
        if (code == "Acl.RootName" && session is not null) finding = finding.FilledFrom(("value", Acl.AclFault.RootNameOf(session)));
        var definition = FindingCatalogue.Get(code);
        var effect = definition.Effect;
        if (!request.IsWrite) effect = WriteEffect.NotApplied;
        else if (effect is WriteEffect.Applied or WriteEffect.Elsewhere) effect = WriteEffect.NotApplied;
        var retry = definition.Retry;
        if (code == "Http.UnexpectedStatus" && IsRefusal(response.Status))
        {
            effect = WriteEffect.NotApplied;
            retry = response.Status is 425 or 429 ? RetryAdvice.AfterBackoff : RetryAdvice.Never;
        }
        if (effect == WriteEffect.Ambiguous) retry = RetryAdvice.AfterAsking;
        else if (retry == RetryAdvice.AfterAsking) retry = RetryAdvice.AfterBackoff;
        return new Failure(finding, effect, retry, RetryAfter.Of(response.Header("Retry-After"), (session?.Time ?? TimeProvider.System).GetUtcNow()), false, response.Status);
    }

    /// <summary>The time for all attempts ran out before one of them ended.</summary>
    public static Failure TotalTimeout(TimeSpan total, ConsulRequest request) =>
        new(ConsulFinding.Create("Http.ResponseTimeout", ("seconds", total.TotalSeconds), ("operation", request.Method)),
            request.IsWrite ? WriteEffect.Ambiguous : WriteEffect.NotApplied, RetryAdvice.Never, null, false, null);

    /// <summary>No attempt was made: too many in a row had not reached the agent.</summary>
    public static Failure CircuitOpen(ConsulKvSession session, string? key, TimeSpan? retryAfter)
    {
        var finding = ConsulFinding.Create("Outcome.CircuitOpen",
            ("key", key is null ? null : Printable.Text(key)), ("address", session.Address), ("problem", session.LastOutage?.ToString()),
            ("count", session.RetryPolicy.CircuitBreakerFailures),
            // While the one request that was let through is under way nobody knows: it lasts this long at most if that one fails.
            ("seconds", Math.Ceiling((retryAfter > TimeSpan.Zero ? retryAfter.Value : session.RetryPolicy.CircuitBreakDuration).TotalSeconds)));
        return new Failure(finding with { BlockedBy = session.LastOutage?.Code }, WriteEffect.NotApplied, RetryAdvice.Never, retryAfter, false, null);
    }

    /// <summary>True for a 403 that Consul's ACLs gave, not its other settings and not a proxy.</summary>
    public static bool IsAclDenial(ConsulResponse response) =>
        response.Status == 403
        && (response.Text.IndexOf("Permission denied", StringComparison.Ordinal) >= 0 || response.Text.IndexOf("ACL not found", StringComparison.Ordinal) >= 0);

    /// <summary>Whoever answers so did not do what was asked (RFC 9110, 15.5), but for 408, which may come of a request that was passed on.</summary>
    private static bool IsRefusal(int status) => status is >= 400 and < 500 and not 408;

    private static string CodeOf(ConsulResponse response, string text, ConsulRequest request, ConsulKvSession? session, List<(string, object?)> evidence)
    {
        var scope = request.Path.StartsWith("/v1/txn", StringComparison.Ordinal) ? ServerTextScope.Txn
            : request.Path.StartsWith("/v1/session", StringComparison.Ordinal) ? ServerTextScope.Session
            : request.IsWrite ? ServerTextScope.Write : ServerTextScope.Read;
        if (scope == ServerTextScope.Txn && response.Status == 409 && KvTransaction.ReadError(response.Body) is { } error)
        {
            // Consul counts from 0, people from 1.
            evidence.Add(("number", error.Operation + 1));
            var what = response.Mask.Of(error.What);
            evidence.Add(("detail", Printable.Text(what)));
            return ServerTexts.Match(null, what, ServerTextScope.Txn, evidence) is { } known ? OfTransaction(known) : "Txn.OpFailed";
        }
        // Consul never answers in HTML. Behind a proxy that signs what it passes on, only Consul's own words prove that it was Consul.
        if (!IsHtml(response) && ServerTexts.Match(response.Status, text, scope, evidence, wordsOnly: LooksLikeProxy(response)) is { } code)
            return OfParameter(OfToken(code, request, session), request);
        return OfStatus(response, request, evidence);
    }

    /// <summary>What the session knows that an answer does not tell.</summary>
    private static (string Name, object? Value)[] Known(ConsulKvSession session, string? key) =>
        [("address", session.Address), ("datacenter", session.Datacenter), ("key", key is null ? null : Printable.Text(key))];

    /// <summary>A denial means something else when no token was sent, or when one was sent and Consul speaks of none.</summary>
    private static string OfToken(string code, ConsulRequest request, ConsulKvSession? session)
    {
        if (session is null) return code;
        if (!request.SendToken || !session.HasToken) return code switch
        {
            "Acl.PermissionDenied" => "Acl.AnonymousDenied",
            "Acl.TokenNotFound" => "Acl.AgentDefaultTokenBad",
            _ => code,
        };
        // The anonymous token can be sent by its SecretID, which is this word.
        var isAnonymous = session.Token!.Reveal() == "anonymous";
        return code switch
        {
            "Acl.PermissionDenied" when isAnonymous => "Acl.AnonymousDenied",
            "Acl.AnonymousDenied" when !isAnonymous => "Acl.BearerStrippedByProxy",
            _ => code,
        };
    }

    /// <summary>Consul's text names the number it could not read, not the parameter; it reads flags first.</summary>
    private static string OfParameter(string code, ConsulRequest request)
    {
        if (code is not ("Request.CasNotNumber" or "Request.FlagsInvalid")) return code;
        var flags = request.Query.Split('&').FirstOrDefault(pair => pair.StartsWith("flags=", StringComparison.Ordinal));
        return flags is not null && !ulong.TryParse(flags.Substring("flags=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? "Request.FlagsInvalid" : "Request.CasNotNumber";
    }

    private static bool LooksLikeProxy(ConsulResponse response) =>
        !response.HasConsulHeader
        && (response.Header("Via") is not null || response.Header("Proxy-Authenticate") is not null || response.Header("WWW-Authenticate") is not null
            || response.Header("X-Squid-Error") is not null
            || IsHtml(response));

    private static bool IsHtml(ConsulResponse response) =>
        response.Header("Content-Type")?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>In a transaction a denial has a code of its own: its status is 409, not 403.</summary>
    private static string OfTransaction(string code) => code is "Acl.PermissionDenied" or "Acl.AnonymousDenied" ? "Acl.TxnDenied" : code;

    private static string OfStatus(ConsulResponse response, ConsulRequest request, List<(string, object?)> evidence)
    {
        evidence.Add(("size", request.Body?.Length));
        evidence.Add(("server", response.Header("Server") is { } server ? Printable.Text(server, 80) : null));
        switch (response.Status)
        {
            case >= 300 and < 400:
                if (!evidence.Exists(one => one is { Item1: "key", Item2: not null })) evidence.Add(("key", Printable.Text(request.Path)));
                evidence.Add(("value", response.Header("Location") is { } location ? Printable.Text(location, 200) : null));
                // Consul cleans paths by redirecting; to this one only a request without a key is sent.
                return request.Path.Length > "/v1/kv/".Length && PathOf(response.Header("Location")) == "/v1/kv/" ? "Key.NoTrailingSlashOnApi" : "Http.RedirectRefused";
            case 401 or 407 when response.Header("WWW-Authenticate") is not null || response.Header("Proxy-Authenticate") is not null:
                return "Proxy.AuthenticationRequired";
            case 403 when !response.HasConsulHeader && (LooksLikeProxy(response) || response.Header("Server") is not null):
                return "Proxy.Forbidden";
            case 405 or 501 when request.IsWrite && !response.HasConsulHeader && LooksLikeProxy(response):
                return "Proxy.MethodOrPathRewrite";
            case 404 or 405 or 501 when !response.HasConsulHeader && (LooksLikeProxy(response) || response.Header("Server") is not null):
                return "Http.NotConsul";
            case 413 when LooksLikeProxy(response):
                return "Proxy.BodyTooLarge";
            case 429 when LooksLikeProxy(response):
                return "Proxy.RateLimited";
            case 502 or 503 or 504 when !response.HasConsulHeader:
                return "Proxy.GatewayError";
            case >= 500 when !response.HasConsulHeader && IsHtml(response):
                return "Proxy.GatewayError";
            case 404:
                return "Key.WrongApiPath";
            case 200:
                return "Http.BodyMalformed";
            case >= 500:
                return "Http.ServerError";
            default:
                return "Http.UnexpectedStatus";
        }
    }

    /// <summary>The path of a Location, which Consul gives without scheme and host.</summary>
    private static string? PathOf(string? location) =>
        location is not null && Uri.TryCreate(new Uri("http://consul"), location, out var where) ? where.AbsolutePath : null;
}
