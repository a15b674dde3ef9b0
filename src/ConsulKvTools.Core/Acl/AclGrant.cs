using System.Globalization;
using System.Text;
using ConsulKvTools.Acl.Evaluation;
using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Acl;

/// <summary>The smallest right that would do, as a rule and as the commands that give it. Everything else the token or a policy has, it keeps.</summary>
/// <param name="Rule">The rules, one a line.</param>
/// <param name="Commands">Commands for an ACL admin's shell, each on one line, to be run in order.</param>
internal sealed record AclGrant(string Rule, IReadOnlyList<string> Commands)
{
    private const int LongestName = 128;
    private const int LongestCommand = 30_000;
    private const int MostRules = 50;

    /// <summary>The commands, one a line.</summary>
    public string Command => string.Join("\n", Commands);

    /// <summary>A grant for one operation on one key.</summary>
    /// <param name="operation">What is wanted.</param>
    /// <param name="key">The key or prefix.</param>
    /// <param name="token">Who gets it; null makes a new token.</param>
    /// <param name="holdings">What the token has, as far as it is known: where one of its rules would win over a new one, that one is corrected.</param>
    /// <param name="datacenter">Where it is to count; null when not known.</param>
    /// <param name="missing">For a lock: the rights that are missing.</param>
    /// <param name="node">For a lock: the agent's node; null when not known.</param>
    public static AclGrant For(
        AclOperation operation, string key, AclToken? token, AclHoldings? holdings, string? datacenter, LockRights missing = LockRights.Key, string? node = null)
    {
        var added = Rules(operation, key, missing, node).ToList();
        var corrected = new List<AclSourcedRule>();
        if (holdings is { Complete: true } && added.Exists(rule => rule.Resource == "key")) Overcome(operation, key, added, corrected, holdings.Policies, datacenter);
        var commands = new List<string>();
        foreach (var policy in corrected.GroupBy(rule => rule.Policy)) commands.AddRange(Correct(policy.Key, [.. policy.Select(one => one.Rule)], operation));
        if (added.Count > 0) commands.AddRange(Attach(NameFor(operation, key, Lines(added)), added, token));
        var shown = added.Count > 0 ? added : corrected.ConvertAll(one => one.Rule with { Policy = Word(operation) });
        return new AclGrant(Lines(shown), commands);
    }

    private static IEnumerable<AclRule> Rules(AclOperation operation, string key, LockRights missing, string? node)
    {
        switch (operation)
        {
            case AclOperation.Read: yield return new AclRule("key", key, "read"); break;
            case AclOperation.List: yield return new AclRule("key_prefix", key, "list"); break;
            case AclOperation.DeleteRecurse: yield return new AclRule("key_prefix", key, "write"); break;
            case AclOperation.Lock:
                if (missing.HasFlag(LockRights.Key)) yield return new AclRule("key", key, "write");
                if (missing.HasFlag(LockRights.Session)) yield return node is null ? new AclRule("session_prefix", "", "write") : new AclRule("session", node, "write");
                break;
            default: yield return new AclRule("key", key, "write"); break;
        }
    }

    private static string Word(AclOperation operation) => AclEvaluator.Needed(operation).ToString().ToLowerInvariant();

    private static string Lines(IEnumerable<AclRule> rules) => string.Join("\n", rules.Select(rule => rule.ToHcl()));

    /// <summary>
    /// Adds what outbids a lesser rule that would win over the new one, and collects denials: nothing outbids a denial of the same
    /// name, so it has to be corrected where it stands.
    /// </summary>
    private static void Overcome(
        AclOperation operation, string key, List<AclRule> added, List<AclSourcedRule> corrected, IReadOnlyList<AclPolicy> policies, string? datacenter)
    {
        var current = policies;
        bool Allowed(IEnumerable<AclRule> more) => new AclEvaluator(current.Append(new AclPolicy("new", [.. more])), defaultAllow: false, datacenter).Decide(operation, key).Allowed;
        for (var round = 0; round < MostRules; round++)
        {
            var verdict = new AclEvaluator(current.Append(new AclPolicy("new", added)), defaultAllow: false, datacenter).Decide(operation, key);
            if (verdict.Allowed || verdict.Rule is not { } obstacle) break;
            if (obstacle.Access != AclAccess.Deny)
            {
                added.Add(obstacle.Deciding.Rule with { Policy = Word(operation) });
                continue;
            }
            var denials = obstacle.All.Where(one => one.Rule.Access == AclAccess.Deny).ToArray();
            corrected.AddRange(denials);
            current = [.. current.Select(policy => policy with { Rules = [.. policy.Rules.Select(rule => denials.Any(one => ReferenceEquals(one.Rule, rule)) ? rule with { Policy = Word(operation) } : rule)] })];
        }
        if (corrected.Count > 0 && Allowed([])) added.RemoveAll(rule => rule.Resource == "key");
    }

    /// <summary>Shows the policy as it is, then replaces the one word of each rule.</summary>
    private static IEnumerable<string> Correct(AclPolicy policy, IReadOnlyList<AclRule> rules, AclOperation operation)
    {
        var which = IsPlain(policy.Name) ? $"-name '{policy.Name}'" : $"-id {policy.Id ?? "<id>"}";
        yield return $"consul acl policy read {which}";
        if (policy.Text is { } text && rules.All(rule => rule.Word is not null))
        {
            var line = RulesOnOneLine.Of(text, rules.Select(rule => rule.Word!.Value).Distinct().ToDictionary(place => place, _ => Word(operation)));
            if (line.Length <= LongestCommand)
            {
                yield return $"{Say(line)} | consul acl policy update {which} -rules -";
                yield break;
            }
        }
        yield return $"consul acl policy update {which} -rules @corrected-rules.hcl";
    }

    private static IEnumerable<string> Attach(string name, IEnumerable<AclRule> rules, AclToken? token)
    {
        var text = string.Join(" ", rules.Select(rule => RulesOnOneLine.Of(rule.ToHcl())));
        yield return text.Length <= LongestCommand ? $"{Say(text)} | consul acl policy create -name {name} -rules -" : $"consul acl policy create -name {name} -rules @rule.hcl";
        yield return token is null or { IsLegacy: true } or { Accessor.Length: 0 }
            ? $"consul acl token create -description 'KV access' -policy-name {name}"
            : $"{Update(token)} -policy-name {name}";
    }

    /// <summary>The beginning of a command that adds to a token. Whatever it does not say to merge, Consul drops (seen on 1.8.7).</summary>
    public static string Update(AclToken token)
    {
        bool Has(string kind) => token.Identities.Any(identity => identity.StartsWith(kind, StringComparison.Ordinal));
        return $"consul acl token update -id {token.Accessor} -merge-policies{(token.Roles.Count > 0 ? " -merge-roles" : "")}"
            + $"{(Has("service-identity:") ? " -merge-service-identities" : "")}{(Has("node-identity:") ? " -merge-node-identities" : "")}";
    }

    /// <summary>
    /// Prints the line in a POSIX shell and in PowerShell alike. Some shells' echo takes backslashes for escapes, and Windows has no
    /// printf; so each is used where it is safe.
    /// </summary>
    public static string Say(string line) => line.IndexOf('\\') < 0 ? $"echo '{line}'" : $"printf '%s' '{line}'";

    /// <summary>A valid name that says what the policy is for; the digest keeps grants for look-alike keys apart.</summary>
    private static string NameFor(AclOperation operation, string key, string rules)
    {
        var name = new StringBuilder("consul-kv-").Append(operation.ToString().ToLowerInvariant()).Append('-');
        foreach (var letter in key)
        {
            if (name.Length > LongestName - 20) break;
            if (letter is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_') name.Append(letter);
            else if (name[name.Length - 1] != '-') name.Append('-');
        }
        if (name[name.Length - 1] != '-') name.Append('-');
        var digest = 2166136261u;
        foreach (var letter in rules) digest = unchecked((digest ^ letter) * 16777619);
        return name.Append((digest & 0xFFFFFF).ToString("x6", CultureInfo.InvariantCulture)).ToString();
    }

    /// <summary>True for the names that Consul allows; anything else in a name goes into no command.</summary>
    private static bool IsPlain(string name) => name.Length > 0 && name.All(letter => letter is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_');
}
