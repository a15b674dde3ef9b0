using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Acl.Evaluation;

/// <summary>
/// Decides as Consul's servers do (acl/policy_authorizer.go, 1.8 to 1.2x): the exact rule before any prefix, of the prefixes the longest,
/// equal segments merged, and the default policy where no rule speaks. Enterprise scopes are out of its sight.
/// </summary>
internal sealed class AclEvaluator
{
    private readonly Dictionary<(string Stanza, string Segment), AclMergedRule> merged = new();
    private readonly bool defaultAllow;

    /// <summary>Merges the rules of all policies that count in the datacenter.</summary>
    /// <param name="policies">The token's policies, those of its roles and identities included.</param>
    /// <param name="defaultAllow">True when the cluster's default policy is <c>allow</c>.</param>
    /// <param name="datacenter">Where the request is answered; null takes every policy as valid.</param>
    public AclEvaluator(IEnumerable<AclPolicy> policies, bool defaultAllow = false, string? datacenter = null)
    {
        this.defaultAllow = defaultAllow;
        foreach (var policy in policies)
        {
            if (!policy.IsValidIn(datacenter)) continue;
            foreach (var rule in policy.Rules)
            {
                if (rule.Access is null || rule.Scope is not null) continue;
                var sourced = new AclSourcedRule(policy, rule);
                if (merged.TryGetValue((rule.Stanza, rule.Segment), out var known)) known.Add(sourced);
                else merged.Add((rule.Stanza, rule.Segment), new AclMergedRule(sourced));
            }
        }
    }

    /// <summary>Every merged rule of one resource, exact and prefix.</summary>
    public IEnumerable<AclMergedRule> RulesOf(string resource) => merged.Values.Where(rule => rule.Deciding.Rule.Resource == resource);

    /// <summary>What the rules say to <paramref name="operation"/> on a key; for <see cref="AclOperation.Lock"/> its key part.</summary>
    public AclVerdict Decide(AclOperation operation, string key) => operation switch
    {
        AclOperation.Read => Enforce("key", key, AclAccess.Read),
        AclOperation.List => Enforce("key", key, AclAccess.List),
        AclOperation.DeleteRecurse => DecideTree(key),
        _ => Enforce("key", key, AclAccess.Write),
    };

    /// <summary>What the rules say to a lock session on a node.</summary>
    public AclVerdict DecideSession(string node) => Enforce("session", node, AclAccess.Write);

    /// <summary>True when <paramref name="access"/> is enough for <paramref name="operation"/>.</summary>
    public static bool Grants(AclAccess access, AclOperation operation) => access >= Needed(operation);

    /// <summary>The access that <paramref name="operation"/> takes.</summary>
    public static AclAccess Needed(AclOperation operation) => operation switch
    {
        AclOperation.Read => AclAccess.Read,
        AclOperation.List => AclAccess.List,
        _ => AclAccess.Write,
    };

    private AclVerdict Enforce(string resource, string name, AclAccess needed)
    {
        if (!merged.TryGetValue((resource, name), out var rule)) rule = LongestPrefix(resource, name);
        return rule is null ? new AclVerdict(defaultAllow, null) : new AclVerdict(rule.Access >= needed, rule);
    }

    /// <summary>KeyWritePrefix: write on the prefix itself, by a prefix rule, and no lesser rule at or below it.</summary>
    private AclVerdict DecideTree(string prefix)
    {
        var own = LongestPrefix("key", prefix);
        if (own is not null && own.Access != AclAccess.Write) return new AclVerdict(false, own);
        var lesser = RulesOf("key")
            .Where(rule => rule.Access != AclAccess.Write && rule.Segment.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(rule => rule.Segment, StringComparer.Ordinal)
            .FirstOrDefault();
        if (lesser is not null) return new AclVerdict(false, lesser);
        return own is null ? new AclVerdict(defaultAllow, null) : new AclVerdict(true, own);
    }

    private AclMergedRule? LongestPrefix(string resource, string name)
    {
        var stanza = resource + "_prefix";
        AclMergedRule? longest = null;
        foreach (var (key, rule) in merged.Select(pair => (pair.Key, pair.Value)))
        {
            if (key.Stanza != stanza || !name.StartsWith(key.Segment, StringComparison.Ordinal)) continue;
            if (longest is null || key.Segment.Length > longest.Segment.Length) longest = rule;
        }
        return longest;
    }
}
