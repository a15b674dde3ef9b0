using ConsulKvTools.Acl.Evaluation;

namespace ConsulKvTools.Acl;

/// <summary>What is worth knowing about a token besides the answer. Information only, but for a token that is about to expire.</summary>
internal static class AclNotes
{
    private static readonly TimeSpan Urgent = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Soon = TimeSpan.FromHours(24);

    /// <summary>Notes on the token itself.</summary>
    public static IEnumerable<ConsulFinding> OfToken(AclToken? token, ConsulKvSession session)
    {
        if (token is null) yield break;
        (string, object?)[] evidence = [("accessor", token.Accessor), ("address", session.Address)];
        if (!session.HasToken && !token.IsAnonymous) yield return Note("Acl.AgentDefaultTokenUsed", evidence);
        if (token.IsLegacy) yield return Note("Acl.LegacyToken", evidence);
        if (token.Identities.Count > 0) yield return Note("Acl.IdentityGrantsNoKeys", [.. evidence, ("value", Printable.Text(string.Join(", ", token.Identities)))]);
        if (token.IsManagement) yield return Note("Acl.ManagementTokenUsed", evidence);
        if (token.Expires is { } expires && expires - session.Time.GetUtcNow() is var left && left < Soon && left > TimeSpan.Zero)
        {
            var text = left.TotalHours >= 1 ? $"{Math.Floor(left.TotalHours):0} h {left.Minutes} min" : left.TotalMinutes >= 1 ? $"{Math.Floor(left.TotalMinutes):0} min" : $"{left.TotalSeconds:0} s";
            var soon = ConsulFinding.Create("Acl.TokenExpiresSoon", [.. evidence, ("text", text), ("notAfter", expires.ToString("u", System.Globalization.CultureInfo.InvariantCulture))]);
            yield return left < Urgent ? soon : soon with { Severity = FindingSeverity.Info };
        }
    }

    /// <summary>Slips in rules that anyone who reads them should know of; the one that is the cause is left out.</summary>
    public static IEnumerable<ConsulFinding> OfRules(AclHoldings holdings, string? cause)
    {
        foreach (var policy in holdings.Policies)
        {
            foreach (var stanza in policy.Unknown)
                if (cause != "Acl.PolicyTypo") yield return Note("Acl.PolicyTypo", ("policy", Printable.Text(policy.Name)), ("text", Printable.Text(stanza.Stanza, 60)), ("line", stanza.Line));
            foreach (var rule in policy.Rules)
            {
                var code = AclCause.IsLeadingSlash(rule) ? "Acl.LeadingSlashRule" : AclCause.IsGlob(rule) ? "Acl.GlobRule" : AclCause.IsApiPath(rule) ? "Acl.ApiPathRule"
                    : AclCause.HasBlank(rule) ? "Acl.BlankInRule" : null;
                if (code is not null && code != cause)
                    yield return Note(code, ("policy", Printable.Text(policy.Name)), ("rule", Printable.Text(rule.ToHcl())), ("line", rule.Line),
                        ("suggestedRule", Printable.Text((rule with { Stanza = "key_prefix", Segment = AclCause.WithoutSlip(rule.Segment) }).ToHcl())));
            }
        }
    }

    /// <summary>A rule that allows this key and, because it does not end at a slash, others beside it.</summary>
    public static ConsulFinding? Overmatch(AclVerdict verdict, string key) =>
        verdict is { Allowed: true, Rule.Deciding: { Rule: { IsPrefix: true, Segment.Length: > 0 } rule } sourced }
        && !rule.Segment.EndsWith("/", StringComparison.Ordinal) && key.Length > rule.Segment.Length
            ? Note("Acl.PrefixOvermatch", ("policy", Printable.Text(sourced.Policy.Name)), ("rule", Printable.Text(rule.ToHcl()))) : null;

    /// <summary>A finding that is no fault here.</summary>
    public static ConsulFinding Note(string code, params (string, object?)[] evidence) => ConsulFinding.Create(code, evidence) with { Severity = FindingSeverity.Info };
}
