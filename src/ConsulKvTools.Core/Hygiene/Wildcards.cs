using System.Text.RegularExpressions;

namespace ConsulKvTools.Hygiene;

/// <summary>Patterns as people write them: <c>*</c> is any text, slashes included, <c>?</c> any one character.</summary>
internal static class Wildcards
{
    /// <summary>The pattern of a whole text.</summary>
    public static Regex Of(string pattern, RegexOptions options) =>
        new("^" + Regex.Escape(pattern).Replace("\\*", ".*").Replace("\\?", ".") + "$", options | RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(1));

    /// <summary>The patterns of keys, letter by letter.</summary>
    public static Regex[] OfKeys(IEnumerable<string>? patterns) => [.. (patterns ?? []).Select(pattern => Of(pattern, RegexOptions.None))];
}
