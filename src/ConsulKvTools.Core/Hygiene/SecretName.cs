using System.Text;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Hygiene;

/// <summary>The name that something stands under, as rules compare it.</summary>
/// <param name="Plain">In lower case, words parted by underscores: <c>db_password</c> of <c>dbPassword</c> and <c>db-password</c>; null where no secret has such a name.</param>
/// <param name="IsInherited">True when it is the name of what is above: <c>password</c> of <c>password.web</c>. It says less.</param>
/// <param name="IsReversed">True when it is what a name begins with: <c>token</c> of <c>token_github</c>. It says least.</param>
internal readonly record struct SecretName(string? Plain, bool IsInherited = false, bool IsReversed = false)
{
    private static readonly char[] Steps = ['.', '/', '[', ']', '"', '\'', '\\'];

    // A name without any of these is none of a secret's.
    private static readonly WordSearch Telling = new(new[] { "pass", "pwd", "rootpw", "secret", "token", "key", "encrypt", "auth", "cred", "salt", "master", "management", "replication", "mnemonic", "phrase", "psk" }.Select(word => (word, 0)));

    // What says of another member whose value it holds.
    private static readonly string[] Labels = ["name", "key", "id", "parameter", "param", "variable", "field", "setting", "option"];

    // What names of secrets begin with that are written in the order of token_github.
    private static readonly string[] First = ["api_key", "apikey", "passphrase", "passwd", "password", "pwd", "psk", "secret", "token"];

    // Which of several, or for what: password.current, token_ro.
    private static readonly HashSet<string> Which = ["value", "current", "previous", "next", "old", "new", "plain", "text", "cleartext", "prod", "production", "prd", "preprod", "stage", "staging", "stg", "test", "testing", "qa", "uat",
        "dev", "development", "local", "sandbox", "live", "primary", "secondary", "main", "alt", "backup", "bak", "legacy", "temp", "tmp", "ro", "rw", "readonly", "read", "write"];

    // What is said about a secret is none: password.policy, token_ttl. One of these as a word of a name is enough.
    private static readonly HashSet<string> About = ["about", "age", "alg", "algo", "algorithm", "allowed", "attempts", "audience", "backend", "change", "changed", "checksum", "class", "commit", "count", "created", "date", "days", "description",
        "digest", "disabled", "email", "enabled", "encoder", "encoding", "encryption", "endpoint", "engine", "expires", "expiration", "expiry", "field", "file", "fingerprint", "folder", "form", "format", "from", "hash", "hasher", "hashing", "header", "hint",
        "host", "hours", "id", "ids", "image", "interval", "issuer", "iterations", "key", "keys", "kind", "label", "length", "level", "lifetime", "limit", "location", "manager", "max", "maximum", "message", "method", "min",
        "minimum", "minutes", "mode", "name", "owner", "path", "pattern", "policy", "port", "prefix", "prompt", "provider", "ref", "reference", "regex", "region", "required", "reset", "retries", "role",
        "rotation", "rounds", "rules", "scheme", "scope", "scopes", "seconds", "serial", "service", "sha", "size", "source", "status", "store", "strength", "subject", "suffix", "timeout", "title", "to", "ttl", "type",
        "updated", "uri", "url", "usage", "user", "username", "uuid", "validity", "version", "window", "words"];

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
        if (outer.Length == 0 || !IsTelling(outer)) return isTelling ? Named(InWords(last)) : default;
        var plain = InWords(last);
        if (IsWhich(plain)) return Named(InWords(outer));
        if (isTelling || plain.Split('_').Any(About.Contains)) return Named(plain);
        // A map of passwords has nothing else in it.
        var whole = Named(InWords(outer));
        return whole with { IsInherited = !whole.Plain!.EndsWith("passwords", StringComparison.Ordinal) };
    }

    /// <summary>True when a text has a word that names of secrets have.</summary>
    public static bool IsTelling(string text) => Telling.IsIn(text.AsSpan());

    /// <summary>True for a name whose value is itself a name, that of what stands beside it: <c>{ "name": "password", "value": … }</c>.</summary>
    public static bool IsLabel(string name) => IsOneOf(Labels, name);

    /// <summary>True when a name is one of these, in whatever case.</summary>
    public static bool IsOneOf(string[] names, string name) => Array.Exists(names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The name without what tells one of several from the others.</summary>
    private static SecretName Named(string plain)
    {
        var words = plain.Split('_');
        var count = words.Length;
        while (count > 1 && (IsWhich(words[count - 1]) || (words[count - 1] == "v" && count < words.Length))) count--;
        if (count == 1) return new(words[0]);
        plain = string.Join("_", words, 0, count);
        if (Array.Find(First, word => plain.StartsWith(word + "_", StringComparison.Ordinal)) is not { } first) return new(plain);
        var behind = plain.Substring(first.Length + 1);
        return IsTelling(behind) || behind.Split('_').Any(About.Contains) ? new(plain) : new(first, IsReversed: true);
    }

    private static bool IsWhich(string word) => Which.Contains(word) || word.All(char.IsDigit);

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
            // password1
            if (char.IsDigit(letter) && at > 0 && char.IsLetter(name[at - 1]) && IsNumber(at)) Part();
            plain.Append(char.ToLowerInvariant(letter));
        }
        return plain.ToString().TrimEnd('_');

        void Part()
        {
            if (plain.Length > 0 && plain[plain.Length - 1] != '_') plain.Append('_');
        }

        bool IsNumber(int at)
        {
            while (at < name.Length && char.IsDigit(name[at])) at++;
            return at == name.Length || !char.IsLetter(name[at]);
        }
    }
}
