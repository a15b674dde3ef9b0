using ConsulKvTools.Diagnosis;
using System.Text.RegularExpressions;
using ConsulKvTools.Acl.Evaluation;
using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Acl;

/// <summary>Why a token may not do something, read from its rules.</summary>
internal sealed class AclCause(AclCase denied, AclHoldings holdings)
{
    private static readonly Regex ApiPath = new("^/?v1/kv(/|$)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private readonly AclEvaluator evaluator = new(holdings.Policies, defaultAllow: false, denied.Datacenter);

    private AclOperation Operation => denied.Operation;

    private string Key => denied.Key;

    /// <summary>What the rules say.</summary>
    public AclVerdict Verdict { get; } = new AclEvaluator(holdings.Policies, defaultAllow: false, denied.Datacenter).Decide(denied.Operation, denied.Key);

    /// <summary>The finding that names the cause; null when the rules do not explain the denial.</summary>
    /// <param name="allowedWithoutToken">True when the same request is allowed without a token.</param>
    public ConsulFinding? Find(bool allowedWithoutToken)
    {
        if (Verdict is { Allowed: true, Rule: { } allowing })
            return allowing.All.Any(rule => rule.Rule.HasSentinel)
                ? denied.Because("Acl.SentinelOrNsDefaultPolicy", allowing.Deciding.Rule, allowing.Deciding.Policy.Name)
                : denied.Because("Acl.PermissionDenied", allowing.Deciding.Rule, allowing.Deciding.Policy.Name) with
                {
                    Cause = "Consul denied the request, though the token's rules, read just now, would allow it. Agents remember what a token may do for 30 s (acl.token_ttl, acl.policy_ttl).",
                    Remedy = "If the token or its policy was changed a moment ago, ask again in half a minute.",
                };
        if (Operation == AclOperation.DeleteRecurse && OfTree() is { } tree) return tree;
        return Verdict.Rule is { } rule ? OfRule(rule, allowedWithoutToken) : OfNoRule();
    }

    /// <summary>A tree needs more than its root does.</summary>
    private ConsulFinding? OfTree()
    {
        if (Verdict.Rule is { } rule)
        {
            var below = !rule.Deciding.Rule.IsPrefix || !Key.StartsWith(rule.Segment, StringComparison.Ordinal) || rule.Segment.Length > Key.Length;
            return below ? denied.Because("Acl.RecurseDeleteNeedsWholePrefix", rule.Deciding.Rule, rule.Deciding.Policy.Name) : null;
        }
        var deeper = Granting().Where(one => one.Rule.Segment.StartsWith(Key, StringComparison.Ordinal)).OrderBy(one => one.Rule.Segment.Length).Select(one => (AclSourcedRule?)one).FirstOrDefault();
        return deeper is { } write ? denied.Because("Acl.RecurseDeleteNeedsWholePrefix", write.Rule, write.Policy.Name) : null;
    }

    /// <summary>A rule speaks of the key and grants too little.</summary>
    private ConsulFinding OfRule(AclMergedRule rule, bool allowedWithoutToken)
    {
        var (policy, text) = (rule.Deciding.Policy.Name, rule.Deciding.Rule);
        if (rule.Access == AclAccess.Deny && rule.All.Any(one => AclEvaluator.Grants(one.Rule.Access!.Value, Operation)))
            return denied.Because("Acl.DenyBeatsWrite", text, policy);
        if (Operation == AclOperation.List && rule.Access == AclAccess.Read) return denied.Because("Acl.KeyListPolicy", text, policy);
        var overridden = Granting().Any(one => one.Rule.IsPrefix && Key.StartsWith(one.Rule.Segment, StringComparison.Ordinal));
        if (overridden) return denied.Because(text.IsPrefix ? "Acl.LongestPrefixDeny" : "Acl.ExactOverridesPrefix", text, policy);
        if (allowedWithoutToken) return denied.Because("Acl.DefaultAllowExplicitDeny", text, policy);
        return denied.Because(rule.Access switch { AclAccess.Read => "Acl.ReadOnly", AclAccess.List => "Acl.ListOnly", _ => "Acl.DeniedByRule" }, text, policy);
    }

    /// <summary>No rule speaks of the key: one that was meant to is looked for.</summary>
    private ConsulFinding OfNoRule()
    {
        if (Outside() is { } outside) return denied.Because("Acl.PolicyDcScoped", outside.Rule, outside.Policy.Name, ("value", string.Join(", ", outside.Policy.Datacenters)));
        var granting = Granting().OrderByDescending(one => one.Rule.Segment.Length).ToArray();
        foreach (var (code, means) in Slips())
            foreach (var (policy, rule) in granting.Select(one => (one.Policy, one.Rule)))
                if (means(rule)) return denied.Because(code, rule, policy.Name);
        foreach (var policy in holdings.Policies)
            foreach (var stanza in policy.Unknown)
                if (LooksLikeKey(stanza) && stanza.Access is { } access && AclEvaluator.Grants(access, Operation) && Key.StartsWith(stanza.Segment, StringComparison.Ordinal))
                    return denied.Because("Acl.PolicyTypo", stanza, policy.Name, ("text", stanza.Stanza));
        // Without Enterprise Consul takes such stanzas and ignores what stands in them.
        if (denied.Session is { Namespace: null, Partition: null })
            foreach (var policy in holdings.Policies)
                if (policy.Rules.FirstOrDefault(rule => rule is { Scope: not null, Resource: "key", Access: { } access } && AclEvaluator.Grants(access, Operation) && rule.Covers(Key)) is { } scoped)
                    return denied.Because("Acl.PolicyTypo", scoped, policy.Name, ("text", Printable.Text(scoped.Scope!, 60)));
        if (holdings.Deleted.Count > 0) return denied.Because("Acl.PolicyDeleted", default(AclRule), holdings.Deleted[0]);
        if (holdings.Policies.Count == 0) return denied.Because("Acl.NoPolicies");
        return denied.Because(holdings.Policies.Any(policy => policy.Rules.Any(rule => rule.Resource == "key")) ? "Acl.NoRule" : "Acl.WrongResource");
    }

    private IEnumerable<(string Code, Func<AclRule, bool> Means)> Slips() =>
    [
        ("Acl.ApiPathRule", rule => IsApiPath(rule) && (rule with { Segment = WithoutSlip(rule.Segment) }).Covers(Key)),
        ("Acl.BlankInRule", rule => HasBlank(rule) && (rule with { Segment = rule.Segment.Trim() }).Covers(Key)),
        ("Acl.LeadingSlashRule", rule => IsLeadingSlash(rule) && (rule with { Segment = rule.Segment.TrimStart('/') }).Covers(Key)),
        ("Acl.GlobRule", rule => IsGlob(rule) && MatchesAsGlob(rule, Key)),
        ("Acl.CaseMismatch", rule => rule.Segment.Length > 0 && rule.Covers(Key, StringComparison.OrdinalIgnoreCase)),
        ("Acl.ExactKeyVsPrefix", rule => !rule.IsPrefix && rule.Segment.Length > 0 && Key.StartsWith(rule.Segment, StringComparison.Ordinal) && (rule.Segment.EndsWith("/", StringComparison.Ordinal) || Key[rule.Segment.Length] == '/')),
        ("Acl.PrefixWithSlash", rule => rule.IsPrefix && rule.Segment == Key + "/"),
    ];

    /// <summary>A policy that would allow it, were it valid here.</summary>
    private AclSourcedRule? Outside()
    {
        if (!holdings.Policies.Any(policy => !policy.IsValidIn(denied.Datacenter))) return null;
        var verdict = new AclEvaluator(holdings.Policies).Decide(Operation, Key);
        return verdict is { Allowed: true, Rule: { } rule } ? rule.Deciding : null;
    }

    private IEnumerable<AclSourcedRule> Granting() =>
        evaluator.RulesOf("key").SelectMany(rule => rule.All).Where(one => AclEvaluator.Grants(one.Rule.Access!.Value, Operation));

    /// <summary>True for a rule that no key can ever match.</summary>
    internal static bool IsLeadingSlash(AclRule rule) => rule.Resource == "key" && rule.Segment.StartsWith("/", StringComparison.Ordinal);

    /// <summary>True for a rule that repeats the path of the API or the UI before the key.</summary>
    internal static bool IsApiPath(AclRule rule) => rule.Resource == "key" && ApiPath.IsMatch(rule.Segment);

    /// <summary>True for a rule with a blank at an end, where keys seldom have one.</summary>
    internal static bool HasBlank(AclRule rule) => rule.Resource == "key" && rule.Segment.Length > 0 && rule.Segment.Trim() is { Length: > 0 } trimmed && trimmed != rule.Segment;

    /// <summary>What the segment was meant to be.</summary>
    internal static string WithoutSlip(string segment) => ApiPath.Replace(segment.Trim(), "").TrimStart('/').TrimEnd('*');

    /// <summary>True for a rule whose star was meant as one.</summary>
    internal static bool IsGlob(AclRule rule) => rule.Resource == "key" && rule.Segment.IndexOf('*') >= 0;

    /// <summary>True for an unknown stanza that was meant as <c>key</c> or <c>key_prefix</c>.</summary>
    internal static bool LooksLikeKey(AclRule stanza)
    {
        var word = stanza.Stanza.Replace("-", "").Replace("_", "").Replace(".", "");
        return word.IndexOf("key", StringComparison.Ordinal) >= 0 || word is "kv" or "kvprefix" || EditDistance.Between(word, "keyprefix") <= 2 || EditDistance.Between(word, "key") <= 1;
    }

    // Some write a regular expression instead.
    private static bool MatchesAsGlob(AclRule rule, string key) =>
        Wildcards.Of(rule.Segment.TrimStart('^').TrimEnd('$').Replace(".*", "*") + (rule.IsPrefix ? "*" : ""), RegexOptions.None).IsMatch(key);
}
