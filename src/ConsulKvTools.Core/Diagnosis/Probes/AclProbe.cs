using ConsulKvTools.Acl;
using ConsulKvTools.Http;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Whether the token is valid and may do what is asked to the key; without a key its validity alone. Changes nothing.</summary>
internal sealed class AclProbe : IProbe
{
    public string Name => "Acl";

    public ConsulLayer Layer => ConsulLayer.Acl;

    // Without a leader a token cannot be looked up: the answer would take 7 s and say nothing about the token.
    public ConsulLayer? Needs => ConsulLayer.Cluster;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var asked = context.Request;
        var tree = asked.Operation is AclOperation.List or AclOperation.DeleteRecurse;
        AclOperation[] operations = asked.Key is { } key && KvKey.Check(key, tree) is null ? [asked.Operation] : [];
        AclReport report;
        try
        {
            report = await AclExamination.RunAsync(new AclClient(context.Session, Send(context)), asked.Key ?? "", operations, null, cancellation).ConfigureAwait(false);
        }
        catch (ConsulException unanswered)
        {
            return ProbeResults.From($"no answer about the token: {unanswered.Finding.Title}", [unanswered.Finding]) with { Blocks = false };
        }
        var result = report.Results.Count > 0 ? report.Results[0] : null;
        var findings = new List<ConsulFinding>();
        if ((result is null ? report.Fault : result.Finding) is { } finding) findings.Add(finding);
        if (report.Mode == AclMode.Enforced && !context.Session.HasToken && findings.Count > 0) findings.Add(ConsulFinding.Create("Config.TokenMissing", ("address", context.Session.Address)));
        if (report.Mode == AclMode.Off && context.Session.HasToken) findings.Add(ConsulFinding.Create("Acl.DisabledButTokenSent"));
        findings.AddRange((result?.Notes ?? report.Notes).Where(note => note.Code is "Acl.TokenExpiresSoon" or "Acl.LegacyToken" or "Acl.AgentDefaultTokenUsed" or "Acl.ReadFiltered" or "Acl.ManagementTokenUsed" or "Acl.ClientAgentAclDisabled" or "Acl.DownPolicyExtendFailsOpen" or "Acl.PrimaryUnreachable"
            || (note.Code is "Acl.CannotSeePolicies" && findings.Count > 0)));
        return ProbeResults.From(Summary(report, result, context), findings,
            ("AclMode", report.Mode.ToString()), ("AclMethod", result?.Method), ("AclAllowed", result?.Allowed), ("TokenAccessor", report.Token?.Accessor),
            ("TokenPolicies", result?.Policies ?? report.Token?.Policies.Select(policy => policy.Name).ToArray()), ("TokenLocal", report.Token?.Local), ("TokenExpires", report.Token?.Expires),
            ("AclDecidedBy", result?.DecidedBy), ("AclRule", result?.DecidingRule)) with
        { Blocks = false };
    }

    private static string Summary(AclReport report, ConsulAclResult? result, ProbeContext context)
    {
        var who = report.Token is { IsAnonymous: false } token ? $"token {token.Accessor}" : context.Session.HasToken ? "the token" : "a request without a token";
        if (report.Mode == AclMode.Off) return "ACLs are off";
        if (result is not null)
        {
            var what = $"{AclCase.Verb(result.Operation)} {Printable.Text(result.Key, 80)}";
            return result.Allowed switch
            {
                true => result.DecidedBy is { } by ? $"{who} may {what}, by policy {Printable.Text(by, 80)}" : $"{who} may {what}",
                // A token nobody knows lacks no right: a rule would not help it.
                false when result.Finding is { Code: "Acl.TokenNotFound" or "Acl.AgentDefaultTokenBad" } unknown => unknown.Title,
                false => $"{who} may not {what}",
                null => $"whether {who} may {what} cannot be found out from here",
            };
        }
        return report.Fault?.Title ?? (report.Mode == AclMode.OffAtAgent ? "this agent has ACLs off and cannot tell what the servers allow"
            : report.Token is not null ? $"{who} is valid" : $"{who} is anonymous; no key was given to ask about");
    }

    /// <summary>
    /// One attempt, within the time that is left. Where the leader does not answer, any server's copy of tokens and policies has to do;
    /// not before, since a copy may lack a token that was made a moment ago.
    /// </summary>
    internal static AclSend Send(ProbeContext context)
    {
        var leaderIsMute = false;
        return async (_, request, isAnswer, key, cancellation) =>
        {
            var isLookup = request.Method == "GET" && request.Path.StartsWith("/v1/acl/", StringComparison.Ordinal);
            var (response, failure) = await SendAsync(isLookup && leaderIsMute).ConfigureAwait(false);
            if (isLookup && !leaderIsMute && (failure?.Code == "Http.ResponseTimeout" || failure?.Finding.Layer == ConsulLayer.Cluster))
            {
                leaderIsMute = true;
                (response, failure) = await SendAsync(stale: true).ConfigureAwait(false);
            }
            return response ?? throw ConsulException.From(failure!.Finding);

            Task<(ConsulResponse? Response, Failure? Failure)> SendAsync(bool stale) => ProbeHttp.SendAsync(
                context, stale ? request with { Query = request.Query.Length == 0 ? "stale" : request.Query + "&stale" } : request, key, isAnswer, cancellation);
        };
    }
}
