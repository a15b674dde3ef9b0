using System.Text.RegularExpressions;

namespace ConsulKvTools.Kv;

/// <summary>Keys by patterns in which <c>*</c> stands for any characters, slashes too, and <c>?</c> for one; letter case counts.</summary>
/// <param name="patterns">The patterns; a key that fits one of them fits. Null is none.</param>
internal sealed class KeyPatterns(IEnumerable<string>? patterns)
{
    private readonly string[] patterns = [.. patterns ?? []];
    private readonly Regex[] all = [.. (patterns ?? []).Select(pattern => Wildcards.Of(pattern, RegexOptions.None))];

    /// <summary>No key fits.</summary>
    public static KeyPatterns None { get; } = new(null);

    /// <summary>True when no key fits.</summary>
    public bool IsEmpty => all.Length == 0;

    /// <summary>In words that tell some patterns from others; empty for none.</summary>
    public string Identity => string.Join("\t", patterns);

    /// <summary>True when a key fits a pattern.</summary>
    public bool Match(string key) => Array.Exists(all, pattern => pattern.IsMatch(key));
}
