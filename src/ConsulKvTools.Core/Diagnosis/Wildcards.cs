using System.Text;
using System.Text.RegularExpressions;

namespace ConsulKvTools;

/// <summary>Patterns as people write them: <c>*</c> is any text, slashes included, <c>?</c> any one character.</summary>
internal static class Wildcards
{
    /// <summary>
    /// The pattern of a whole text. What follows a star is taken where it comes first and not looked for again, which is enough for a pattern of
    /// stars; so no text takes long, and there is no time-out whose exception would carry the text.
    /// </summary>
    public static Regex Of(string pattern, RegexOptions options)
    {
        var pieces = pattern.Split('*');
        var all = new StringBuilder(@"\A").Append(Piece(pieces[0]));
        for (var at = 1; at < pieces.Length - 1; at++) all.Append("(?>.*?").Append(Piece(pieces[at])).Append(')');
        if (pieces.Length > 1) all.Append(".*").Append(Piece(pieces[pieces.Length - 1]));
        return new Regex(all.Append(@"\z").ToString(), options | RegexOptions.CultureInvariant | RegexOptions.Singleline, Regex.InfiniteMatchTimeout);
    }

    private static string Piece(string text) => Regex.Escape(text).Replace("\\?", ".");
}
