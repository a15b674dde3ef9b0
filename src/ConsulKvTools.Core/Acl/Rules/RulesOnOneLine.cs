using System.Globalization;
using System.Text;

namespace ConsulKvTools.Acl.Rules;

/// <summary>A policy's text as one line that stands between single quotes in a command. Nothing is lost but comments.</summary>
internal static class RulesOnOneLine
{
    /// <summary>The same rules; words may be replaced at the places that <see cref="AclRule.Word"/> told.</summary>
    /// <param name="text">HCL or JSON that Consul accepts.</param>
    /// <param name="words">New policy words by the place of the old one.</param>
    /// <exception cref="AclSyntaxException">It is neither.</exception>
    public static string Of(string text, IReadOnlyDictionary<(int Start, int End), string>? words = null)
    {
        if (words is not null)
        {
            foreach (var change in words.OrderByDescending(change => change.Key.Start))
                text = text.Substring(0, change.Key.Start) + "\"" + change.Value + "\"" + text.Substring(change.Key.End);
        }
        return text.TrimStart().StartsWith("{", StringComparison.Ordinal) ? OfJson(text) : OfHcl(text);
    }

    /// <summary>
    /// <paramref name="text"/> as an HCL or JSON string in printable ASCII without a single quote of any kind, so that neither a shell
    /// nor its encoding can change it.
    /// </summary>
    public static string Quote(string text, bool json = false)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        for (var index = 0; index < text.Length; index++)
        {
            var letter = text[index];
            if (letter is >= ' ' and <= '~' and not ('"' or '\\' or '\'') && !(letter == '$' && index + 1 < text.Length && text[index + 1] == '{')) quoted.Append(letter);
            else if (!json && char.IsHighSurrogate(letter) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
                quoted.Append("\\U").Append(char.ConvertToUtf32(letter, text[++index]).ToString("x8", CultureInfo.InvariantCulture));
            else quoted.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
        }
        return quoted.Append('"').ToString();
    }

    private static string OfHcl(string text)
    {
        var line = new StringBuilder();
        var scanner = new HclScanner(text);
        for (var token = scanner.Next(); token.Kind != HclScanner.Kind.End; token = scanner.Next())
        {
            if (line.Length > 0) line.Append(' ');
            line.Append(token.Kind is HclScanner.Kind.Text or HclScanner.Kind.Heredoc ? Quote(token.Text) : token.Text);
        }
        return line.ToString();
    }

    /// <summary>Outside its strings JSON is ASCII, and inside them every character may be an escape.</summary>
    private static string OfJson(string text)
    {
        var line = new StringBuilder();
        var inString = false;
        for (var index = 0; index < text.Length; index++)
        {
            var letter = text[index];
            if (inString && letter == '\\' && index + 1 < text.Length) line.Append(letter).Append(text[++index]);
            else if (letter is '\r' or '\n') line.Append(' ');
            else if (letter is '\'' or > '~') line.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
            else line.Append(letter);
            if (letter == '"') inString = !inString;
        }
        return line.ToString();
    }
}
