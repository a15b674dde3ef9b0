using System.Text.RegularExpressions;

namespace ConsulKvTools.Kv.Moves;

/// <summary>Keys by patterns in which <c>*</c> stands for any characters, slashes too, and <c>?</c> for one.</summary>
/// <param name="patterns">The patterns; a key that fits one of them fits.</param>
internal sealed class KeyPatterns(IEnumerable<string> patterns)
{
    private readonly string[] patterns = [.. patterns];
    private readonly Regex[] all = [.. patterns.Select(pattern =>
        new Regex("^" + Regex.Escape(pattern).Replace(@"\*", ".*").Replace(@"\?", ".") + "$", RegexOptions.Singleline | RegexOptions.CultureInvariant))];

    /// <summary>In words that tell some patterns from others; empty for none.</summary>
    public string Identity => string.Join("\t", patterns);

    /// <summary>True when a key fits a pattern.</summary>
    public bool Match(string key) => Array.Exists(all, pattern => pattern.IsMatch(key));
}
