using System.Text;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Hygiene;

/// <summary>The name that something stands under, as rules compare it.</summary>
/// <param name="Plain">In lower case, words parted by underscores: <c>db_password</c> of <c>dbPassword</c> and <c>db-password</c>; null where no secret has such a name.</param>
/// <param name="IsInherited">True when it is the name of what is above: <c>password</c> of <c>password.web</c>. It says less.</param>
internal readonly record struct SecretName(string? Plain, bool IsInherited = false)
{
    private static readonly char[] Steps = ['.', '/', '[', ']', '"', '\'', '\\'];

    // A name without any of these is none of a secret's.
    private static readonly WordSearch Telling = new(new[] { "pass", "pwd", "rootpw", "secret", "token", "key", "encrypt", "auth", "cred", "salt", "master", "management", "replication", "mnemonic", "phrase" }.Select(word => (word, 0)));

    // What says of another member whose value it holds.
    private static readonly string[] Labels = ["name", "key", "id", "parameter", "param", "variable", "field", "setting", "option"];

    // Which of several: password.current.
    private static readonly HashSet<string> Which = ["value", "current", "previous", "old", "new", "plain", "text", "prod", "production", "stage", "staging", "test", "dev"];

    // What is said about a secret is none: password.policy, token_ttl. One of these as a word of a name is enough.
    private static readonly HashSet<string> About = ["about", "age", "alg", "algorithm", "allowed", "attempts", "audience", "backend", "change", "changed", "count", "created", "date", "days", "description",
        "digest", "disabled", "email", "enabled", "encoder", "encoding", "endpoint", "expires", "expiration", "expiry", "field", "file", "folder", "form", "format", "from", "hasher", "header", "hint",
        "host", "hours", "id", "interval", "issuer", "iterations", "key", "kind", "label", "length", "level", "lifetime", "limit", "location", "manager", "max", "maximum", "message", "method", "min",
        "minimum", "minutes", "mode", "name", "owner", "path", "pattern", "policy", "port", "prefix", "prompt", "provider", "ref", "reference", "regex", "region", "required", "reset", "retries", "role",
        "rotation", "rounds", "rules", "scheme", "scope", "scopes", "seconds", "service", "size", "source", "status", "store", "strength", "subject", "suffix", "timeout", "title", "to", "ttl", "type",
        "updated", "uri", "url", "usage", "user", "username", "validity", "version", "window"];

    /// <summary>The name at the end of a path such as <c>db/password</c>, <c>spring.db.password</c> and <c>config['password']</c>.</summary>
    /// <param name="path">The path.</param>
    /// <param name="above">What it stands in; null for nothing.</param>
    public static SecretName Of(string path, string? above = null)
    {
        var last = Last(path, path.Length, out var before);
        if (last.Length == 0) return default;
        var isTelling = IsTelling(last);
        var outer = Last(path, before, out _);
        if (outer.Length == 0 && above is not null) outer = Last(above, above.Length, out _);
        if (outer.Length == 0 || !IsTelling(outer)) return isTelling ? new(InWords(last)) : default;
        var plain = InWords(last);
        if (Which.Contains(plain) || last.All(char.IsDigit)) return new($"{InWords(outer)}_{plain}");
        if (isTelling || plain.Split('_').Any(About.Contains)) return new(plain);
        // A map of passwords has nothing else in it.
        var whole = InWords(outer);
        return new(whole, !whole.EndsWith("passwords", StringComparison.Ordinal));
    }

    /// <summary>True when a text has a word that names of secrets have.</summary>
    public static bool IsTelling(string text) => Telling.IsIn(text.AsSpan());

    /// <summary>True for a name whose value is itself a name, that of what stands beside it: <c>{ "name": "password", "value": … }</c>.</summary>
    public static bool IsLabel(string name) => IsOneOf(Labels, name);

    /// <summary>True when a name is one of these, in whatever case.</summary>
    public static bool IsOneOf(string[] names, string name) => Array.Exists(names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string Last(string path, int end, out int start)
    {
        while (end > 0 && Array.IndexOf(Steps, path[end - 1]) >= 0) end--;
        start = end;
        while (start > 0 && Array.IndexOf(Steps, path[start - 1]) < 0) start--;
        return path.Substring(start, end - start);
    }

    private static string InWords(string name)
    {
        var plain = new StringBuilder(name.Length + 4);
        for (var at = 0; at < name.Length; at++)
        {
            var letter = name[at];
            if (!char.IsLetterOrDigit(letter))
            {
                Part();
                continue;
            }
            // dbPassword, APIKey.
            if (char.IsUpper(letter) && at > 0 && (char.IsLower(name[at - 1]) || (char.IsUpper(name[at - 1]) && at + 1 < name.Length && char.IsLower(name[at + 1])))) Part();
            plain.Append(char.ToLowerInvariant(letter));
        }
        return plain.ToString().TrimEnd('_');

        void Part()
        {
            if (plain.Length > 0 && plain[plain.Length - 1] != '_') plain.Append('_');
        }
    }
}
