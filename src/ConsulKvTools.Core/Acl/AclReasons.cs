using ConsulKvTools.Acl.Evaluation;
using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Acl;

/// <summary>The rules that speak of a key, the deciding one first, each with the reason why it counts or does not.</summary>
internal static class AclReasons
{
    /// <summary>Every rule of the token's that covers <paramref name="name"/>; for a tree also those below it that take rights away.</summary>
    /// <param name="holdings">The token's policies.</param>
    /// <param name="operation">What was asked.</param>
    /// <param name="resource"><c>key</c> or <c>session</c>.</param>
    /// <param name="name">The key, prefix or node.</param>
    /// <param name="verdict">What the rules say.</param>
    /// <param name="datacenter">Where the request is answered; null when not known.</param>
    public static IReadOnlyList<ConsulAclRule> Of(AclHoldings holdings, AclOperation operation, string resource, string name, AclVerdict verdict, string? datacenter)
    {
        var rules = new List<(ConsulAclRule Shown, int Length)>();
        foreach (var policy in holdings.Policies)
        {
            foreach (var rule in policy.Rules)
            {
                var below = operation == AclOperation.DeleteRecurse && rule.Segment.StartsWith(name, StringComparison.Ordinal) && rule.Access is not (null or AclAccess.Write);
                if (rule.Resource != resource || !(rule.Covers(name) || below)) continue;
                var deciding = verdict.Rule is { } one && ReferenceEquals(one.Deciding.Rule, rule) && one.Deciding.Policy == policy;
                rules.Add((new ConsulAclRule
                {
                    Rule = rule.ToHcl(), Policy = policy.Name, PolicyId = policy.Id, Role = policy.Role, Line = rule.Line, IsDeciding = deciding,
                    Why = deciding ? WhyDeciding(rule, verdict, operation, name) : WhyNot(policy, rule, verdict, operation, datacenter),
                }, rule.Segment.Length));
            }
        }
        // An array: PowerShell cannot index the list that a collection expression would make.
        return rules.OrderByDescending(rule => rule.Shown.IsDeciding).ThenByDescending(rule => rule.Length).Select(rule => rule.Shown).ToArray();
    }

    private static string WhyDeciding(AclRule rule, AclVerdict verdict, AclOperation operation, string name)
    {
        var merged = verdict.Rule!;
        if (operation == AclOperation.DeleteRecurse && rule.Segment.Length > name.Length) return "it lies below the prefix and grants less than write, so the whole tree may not be deleted";
        if (operation == AclOperation.DeleteRecurse && !rule.IsPrefix) return "it is for exactly this name and grants less than write, so the whole tree may not be deleted";
        var place = rule.IsPrefix ? rule.Segment.Length == 0 ? "it is for every name and no longer rule matches" : "it is the longest prefix that matches" : "it names exactly this key, which beats every prefix";
        var others = merged.All.Where(other => other.Rule.Access != merged.Access).Select(other => other.Rule.Policy).Distinct().ToArray();
        return others.Length == 0 ? place : $"{place}; of several policies with the same rule {rule.Policy} beats {string.Join(", ", others)}";
    }

    private static string WhyNot(AclPolicy policy, AclRule rule, AclVerdict verdict, AclOperation operation, string? datacenter)
    {
        if (!policy.IsValidIn(datacenter)) return $"its policy is valid only in {string.Join(", ", policy.Datacenters)}";
        if (rule.Scope is not null) return $"it stands in {rule.Scope}, which only Consul Enterprise obeys";
        if (rule.Access is null) return $"Consul does not know the word {AclRule.Quote(rule.Policy)}";
        if (verdict.Rule is not { } decides) return operation == AclOperation.DeleteRecurse ? "a tree needs a prefix rule" : "it does not count";
        if (rule.Stanza == decides.Deciding.Rule.Stanza && rule.Segment == decides.Segment)
            return rule.Access == decides.Access ? "another policy says the same" : $"{decides.Deciding.Rule.Policy} in policy {decides.Deciding.Policy.Name} beats it";
        if (operation == AclOperation.DeleteRecurse) return "one lesser rule at or below the prefix is enough to deny";
        return decides.Deciding.Rule.IsPrefix ? "a longer prefix decides" : "a rule for exactly this name decides";
    }
}
