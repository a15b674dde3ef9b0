using System.Text.RegularExpressions;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>Takes secrets out of a text before anything else is done with it, so that nothing made of it can show one.</summary>
internal static class SecretMask
{
    private const string Hidden = "<hidden>";
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;
    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    // What follows a secret's name: up to the end of the quotes it stands in, else to the next blank or separator.
    private const string Value = """(?:\\?["'`][^"'`]*\\?["'`]|\[[^\]]*\]|[^\s"'`&,;)\]}>]+)""";

    private static readonly (Regex Pattern, string Replacement)[] Rules =
    [
        // Every UUID may be a token; only what is said to be something else is shown.
        (New($@"(?<!(?<![\w/.-])(?:accessor(?:[ _]?id)?|session(?:[ _]?id)?|node(?:[ _]?id)?|holder)\\?[""']?(?: with| id)?(?:\s*[:=]>?\s*|\s+)[\\""'\[]*(?:!=\s*[""'\\]*)?)(?<![0-9a-f-]){Uuid}"), Hidden),
        (New($@"(?<name>authorization\\?[""']?\s*(?:[:=]>?|\s)\s*)(?<open>\\?[""'\[]?)(?:(?<scheme>bearer|basic|token)\s+)?{Value}"), "${name}${open}${scheme} " + Hidden),
        (New($@"(?<name>\bbearer\s+){Value}"), "${name}" + Hidden),
        (New($@"(?<name>(?:x-consul-token|x-vault-token|(?:consul[_-]?http[_-]?)?token|secret[_-]?id|secret|password|passwd|pwd|api[_-]?key)(?!\s+with\b)\\?[""'`]?\s*(?:=>|%3D|\\u003d|[:=])\s*)(?!<hidden>|\[hidden\]){Value}"), "${name}" + Hidden),
        (New($@"(?<name>\B--?(?:token|password|secret)\s+){Value}"), "${name}" + Hidden),
        (New(@"(?<name>\btoken\s+)(?<quote>\\?[""'`])(?!<hidden>)[^""'`]+"), "${name}${quote}" + Hidden),
        // A password with a slash of its own is no valid URL, and a secret all the same; digits after the colon are a port.
        (New(@"(?<name>\b[a-z][a-z0-9+.-]*://)(?:[^\s/@""'<>]+|[^\s/@:""'<>]+:(?!\d+(?:[/?#]|$))[^\s@""'<>]*)@"), "${name}" + Hidden + "@"),
        (New(@"\bhv[sbr]\.[A-Za-z0-9_-]{16,}|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), Hidden),
    ];

    /// <summary><paramref name="text"/> with every token, password and unexplained UUID replaced.</summary>
    public static string Apply(string text)
    {
        // What cannot be searched cannot be shown.
        foreach (var (pattern, replacement) in Rules)
            text = TimedSearch.In((pattern, text, replacement), static rule => rule.pattern.Replace(rule.text, rule.replacement), static _ => Hidden);
        return text;
    }

    private static Regex New(string pattern) => new(pattern, Options, TimedSearch.Longest);
}
