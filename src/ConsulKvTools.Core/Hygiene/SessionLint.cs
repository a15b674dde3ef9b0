using System.Globalization;
using System.Text.Json;
using ConsulKvTools.Acl;
using ConsulKvTools.Http;

namespace ConsulKvTools.Hygiene;

/// <summary>Looks whether a session is as a careful operator would make it. Writes work without; accidents and leaks begin here.</summary>
/// <param name="session">The session.</param>
/// <param name="expiryWarning">A token that ends sooner is told.</param>
internal sealed class SessionLint(ConsulKvSession session, TimeSpan expiryWarning)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LeaderlessHold = TimeSpan.FromSeconds(8);

    /// <summary>One result a rule, in the order of the layers. What could not be found out is skipped, with the reason.</summary>
    public async Task<IReadOnlyList<ProbeResult>> RunAsync(CancellationToken cancellation)
    {
        var results = new List<ProbeResult> { Encryption(), Verification(), CertificateName(), Proxy(), TokenSource(), TokenFileRights(), Timeouts() };
        var agent = AgentAsync(cancellation);
        results.Add(await TokenAsync(cancellation).ConfigureAwait(false));
        results.Add(await agent.ConfigureAwait(false));
        return results;
    }

    private ProbeResult Encryption() => session.Target.Endpoint switch
    {
        { UseTls: true } => Say("Encryption", ConsulLayer.Tls, "requests are encrypted"),
        { IsLoopback: true } => Say("Encryption", ConsulLayer.Tls, "requests stay on this machine"),
        _ => Say("Encryption", ConsulLayer.Tls, "requests travel unencrypted", [.. Known("Config.TokenInClear", "Config.TlsNotUsed")]),
    };

    private ProbeResult Verification() => !session.Target.Endpoint.UseTls
        ? Say("Verification", ConsulLayer.Tls, "there is no certificate to verify")
        : Say("Verification", ConsulLayer.Tls, session.Target.Tls.SkipVerification ? "any certificate is taken" : "the agent's certificate is verified", [.. Known("Config.VerificationOff")]);

    private ProbeResult CertificateName()
    {
        var endpoint = session.Target.Endpoint;
        if (!endpoint.UseTls) return Say("CertificateName", ConsulLayer.Tls, "there is no certificate to verify");
        return endpoint.IsLoopback || session.Target.Tls.ServerName is not null || !System.Net.IPAddress.TryParse(endpoint.Host, out _)
            ? Say("CertificateName", ConsulLayer.Tls, $"the certificate has to name {Printable.Text(session.Target.Tls.ServerName ?? endpoint.Host, 80)}")
            : Say("CertificateName", ConsulLayer.Tls, "the certificate has to name a number", ConsulFinding.Create("Hygiene.AddressByNumber", ("host", endpoint.Host), ("address", session.Address)));
    }

    private ProbeResult Proxy() => session.Target.Proxy is not { } proxy
        ? Say("Proxy", ConsulLayer.Transport, "no proxy is used")
        : session.HasToken && !session.Target.Endpoint.UseTls
            ? Say("Proxy", ConsulLayer.Transport, "the proxy sees the token", ConsulFinding.Create("Hygiene.TokenThroughProxy", ("proxy", proxy.Address.ToString()), ("address", session.Address), ("source", proxy.Source)))
            : Say("Proxy", ConsulLayer.Transport, session.HasToken ? "the proxy sees a tunnel" : "the proxy sees requests without a token");

    private ProbeResult TokenSource()
    {
        var source = session.Configuration.FirstOrDefault(setting => setting.Name == "Token")?.Source;
        return source == "CONSUL_HTTP_TOKEN" && session.HasToken
            ? Say("TokenSource", ConsulLayer.Configuration, "the token lies in the environment", ConsulFinding.Create("Hygiene.TokenInEnvironment", ("address", session.Address), ("variable", source)))
            : Say("TokenSource", ConsulLayer.Configuration, session.HasToken ? $"the token comes from {source}" : "there is no token");
    }

    private ProbeResult TokenFileRights()
    {
        if (session.TokenFile is not { } file) return Say("TokenFile", ConsulLayer.Configuration, "the token comes from no file");
        if (!FileReaders.IsKnown) return Skip("TokenFile", ConsulLayer.Configuration, "this system has access lists, which are not looked at");
        try
        {
            return FileReaders.ModeOpenToOthers(file) is { } mode
                ? Say("TokenFile", ConsulLayer.Configuration, "others may read the token file", ConsulFinding.Create("Hygiene.TokenFileReadable", ("file", file), ("value", mode)))
                : Say("TokenFile", ConsulLayer.Configuration, "only its owner may read the token file");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Skip("TokenFile", ConsulLayer.Configuration, $"the rights of the token file cannot be read: {error.GetType().Name}");
        }
    }

    private ProbeResult Timeouts()
    {
        var policy = session.RetryPolicy;
        var findings = new List<ConsulFinding>();
        if (policy.TotalTimeout > LongestWait) findings.Add(ConsulFinding.Create("Hygiene.TimeoutTooLong", ("seconds", Number(policy.TotalTimeout))));
        if (policy.AttemptTimeout < LeaderlessHold) findings.Add(Raised(ConsulFinding.Create("Config.TimeoutTooShort", ("seconds", Number(policy.AttemptTimeout)))));
        return Say("Timeouts", ConsulLayer.Configuration, $"{Number(policy.AttemptTimeout)} s for an attempt, {Number(policy.TotalTimeout)} s in all", [.. findings]);
    }

    private async Task<ProbeResult> TokenAsync(CancellationToken cancellation)
    {
        AclReport report;
        try
        {
            report = await AclExamination.RunAsync(new AclClient(session), "", [], null, cancellation).ConfigureAwait(false);
        }
        catch (ConsulException unanswered)
        {
            return Skip("Token", ConsulLayer.Acl, $"Consul could not be asked about the token: {unanswered.Finding.Title}");
        }
        if (report.Mode == AclMode.Off) return Say("Token", ConsulLayer.Acl, "ACLs are off: everybody may do everything", Raised(ConsulFinding.Create("Acl.Disabled", ("address", session.Address))));
        var findings = new List<ConsulFinding>();
        if (report.Fault is { } fault) findings.Add(fault);
        if (!session.HasToken) findings.Add(Raised(ConsulFinding.Create("Config.TokenMissing", ("address", session.Address))));
        if (report.Token is { } token)
        {
            if (token.IsManagement) findings.Add(Raised(ConsulFinding.Create("Acl.ManagementTokenUsed", ("accessor", token.Accessor), ("address", session.Address))));
            if (token.Expires is { } expires && expires - session.Time.GetUtcNow() is var left && left < expiryWarning && left > TimeSpan.Zero)
                findings.Add(ConsulFinding.Create("Acl.TokenExpiresSoon", ("accessor", token.Accessor), ("address", session.Address), ("text", Left(left)), ("notAfter", expires.ToString("u", CultureInfo.InvariantCulture))));
        }
        else if (findings.Count == 0) return Skip("Token", ConsulLayer.Acl, "the agent does not say what the token is");
        return Say("Token", ConsulLayer.Acl, report.Token is { IsAnonymous: false } known ? $"token {known.Accessor}" : session.HasToken ? "the token" : "requests are anonymous", [.. findings]);
    }

    private async Task<ProbeResult> AgentAsync(CancellationToken cancellation)
    {
        if (session.Target.Endpoint.IsLoopback) return Say("Agent", ConsulLayer.Agent, "the agent is on this machine");
        ConsulResponse answer;
        try
        {
            answer = await new AclClient(session).GetAsync("/v1/agent/self", cancellation).ConfigureAwait(false);
        }
        catch (ConsulException unanswered)
        {
            return Skip("Agent", ConsulLayer.Agent, $"the agent could not be asked what it is: {unanswered.Finding.Title}");
        }
        if (answer.Status == 403) return Skip("Agent", ConsulLayer.Agent, "the agent does not say what it is; that needs agent:read");
        if (answer.Status != 200) return Skip("Agent", ConsulLayer.Agent, $"the agent does not say what it is: it answers with status {answer.Status}");
        using var self = Read(answer);
        if (self is null || !self.RootElement.TryGetProperty("Config", out var config) || config.ValueKind != JsonValueKind.Object || !config.TryGetProperty("Server", out var server))
            return Skip("Agent", ConsulLayer.Agent, "the agent does not say what it is: its answer is none of Consul's");
        var node = config.TryGetProperty("NodeName", out var name) && name.ValueKind == JsonValueKind.String ? Printable.Text(name.GetString(), 80) : "";
        return server.ValueKind == JsonValueKind.True
            ? Say("Agent", ConsulLayer.Agent, "a server is addressed", ConsulFinding.Create("Hygiene.ServerAddressed", ("node", node), ("address", session.Address)))
            : Say("Agent", ConsulLayer.Agent, $"{node} is a client agent");
    }

    private static JsonDocument? Read(ConsulResponse answer)
    {
        try
        {
            return JsonDocument.Parse(answer.Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What the session itself found when it was made.</summary>
    private IEnumerable<ConsulFinding> Known(params string[] codes) => session.ConfigurationFindings.Where(finding => codes.Contains(finding.Code)).Select(Raised);

    /// <summary>What is only worth knowing for a write is worth mending here.</summary>
    private static ConsulFinding Raised(ConsulFinding finding) => finding.Severity == FindingSeverity.Info ? finding with { Severity = FindingSeverity.Warning } : finding;

    private static ProbeResult Say(string rule, ConsulLayer layer, string summary, params ConsulFinding[] findings) => ProbeResults.From(summary, findings) with { Probe = rule, Layer = layer };

    private static ProbeResult Skip(string rule, ConsulLayer layer, string why) => ProbeResults.Skipped(why) with { Probe = rule, Layer = layer };

    private static string Number(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Left(TimeSpan left) =>
        left.TotalDays >= 2 ? $"{Math.Floor(left.TotalDays):0} days" : left.TotalHours >= 1 ? $"{Math.Floor(left.TotalHours):0} h {left.Minutes} min" : left.TotalMinutes >= 1 ? $"{Math.Floor(left.TotalMinutes):0} min" : $"{left.TotalSeconds:0} s";
}
