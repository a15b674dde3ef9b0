using System.Globalization;
using System.Text;
using ConsulKvTools.Acl.Evaluation;
using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Acl;

/// <summary>The smallest right that would do, as a rule and as the commands that give it. Never changes a policy without showing it first.</summary>
internal sealed record AclGrant(string Rule, string Command)
{
    private const int LongestName = 128;

    /// <summary>A grant for one operation on one key.</summary>
    /// <param name="operation">What is wanted.</param>
    /// <param name="key">The key or prefix.</param>
    /// <param name="token">Who gets it; null makes a new token.</param>
    /// <param name="holdings">What the token has, as far as it is known: where one of its rules would win over a new one, that one is to be corrected.</param>
    /// <param name="datacenter">Where it is to count; null when not known.</param>
    /// <param name="missing">For a lock: the rights that are missing.</param>
    public static AclGrant For(AclOperation operation, string key, AclToken? token, AclHoldings? holdings, string? datacenter, LockRights missing = LockRights.Key)
    {
        var rules = Rules(operation, key, missing).ToArray();
        var text = string.Join("\n", rules.Select(rule => rule.ToHcl()));
        if (holdings is { Complete: true } && Obstacle(operation, key, rules, holdings, datacenter) is { } obstacle)
        {
            var policy = IsPlain(obstacle.Policy.Name) ? $"'{obstacle.Policy.Name}'" : "<name>";
            return new AclGrant(text, string.Join("\n",
                $"consul acl policy read -name {policy}",
                $"consul acl policy update -name {policy} -rules @corrected-rules.hcl"));
        }
        var name = NameFor(operation, key, text);
        return new AclGrant(text, string.Join("\n",
            IsPlain(text) ? $"echo '{text.Replace("\n", " ")}' | consul acl policy create -name {name} -rules -" : $"consul acl policy create -name {name} -rules @rule.hcl",
            token is null
                ? $"consul acl token create -description 'KV access' -policy-name {name}"
                : $"consul acl token update -id {token.Accessor} -merge-policies -policy-name {name}"));
    }

    private static IEnumerable<AclRule> Rules(AclOperation operation, string key, LockRights missing)
    {
        switch (operation)
        {
            case AclOperation.Read: yield return new AclRule("key", key, "read"); break;
            case AclOperation.List: yield return new AclRule("key_prefix", key, "list"); break;
            case AclOperation.DeleteRecurse: yield return new AclRule("key_prefix", key, "write"); break;
            case AclOperation.Lock:
                if (missing.HasFlag(LockRights.Key)) yield return new AclRule("key", key, "write");
                if (missing.HasFlag(LockRights.Session)) yield return new AclRule("session_prefix", "", "write");
                break;
            default: yield return new AclRule("key", key, "write"); break;
        }
    }

    /// <summary>The rule that would still stand in the way; null when the new rules do what they are for.</summary>
    private static AclSourcedRule? Obstacle(AclOperation operation, string key, AclRule[] rules, AclHoldings holdings, string? datacenter)
    {
        if (!rules.Any(rule => rule.Resource == "key")) return null;
        var verdict = new AclEvaluator(holdings.Policies.Append(new AclPolicy("new", rules)), defaultAllow: false, datacenter).Decide(operation, key);
        return verdict.Allowed ? null : verdict.Rule?.Deciding;
    }

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

    /// <summary>
    /// True when the rule stands between single quotes as it is, in a POSIX shell and in PowerShell, which takes four more characters for
    /// a quote, and when no shell's echo alters it. Any other rule goes through a file: a key's name must never become a command.
    /// </summary>
    private static bool IsPlain(string rule) => !rule.Any(letter => letter is '\'' or '\\' or (>= '\u2018' and <= '\u201b') || (char.IsControl(letter) && letter != '\n'));
}

/// <summary>What a lock takes.</summary>
[Flags]
internal enum LockRights
{
    None = 0,

    /// <summary>Write on the key.</summary>
    Key = 1,

    /// <summary>Write on lock sessions of the agent's node.</summary>
    Session = 2,
}
