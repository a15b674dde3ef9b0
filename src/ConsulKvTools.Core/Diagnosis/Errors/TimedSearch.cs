using System.Text.RegularExpressions;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>Searches with regular expressions that have a limit of time: a text made to be slow ends them, a machine that stood still for a moment does not.</summary>
internal static class TimedSearch
{
    /// <summary>How long one expression may take in one text.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>What <paramref name="search"/> finds; when it ran out of time twice, what <paramref name="tooSlow"/> makes of the text.</summary>
    public static TFound In<TText, TFound>(TText text, Func<TText, TFound> search, Func<TText, TFound> tooSlow)
    {
        try
        {
            return search(text);
        }
        catch (RegexMatchTimeoutException)
        {
            // The limit is one of the clock: a suspended or crowded machine passes it in the middle of the shortest text.
        }
        try
        {
            return search(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return tooSlow(text);
        }
    }

    /// <summary>The first match; null when there is none, or when the text is too slow to be searched.</summary>
    public static Match? Find(Regex pattern, string text) =>
        In((pattern, text), static pair => pair.pattern.Match(pair.text) is { Success: true } match ? match : null, static _ => null);
}
