using System.Text;

namespace ConsulKvTools.Diagnosis.Reports.Markdown;

/// <summary>Text and values as GitHub-flavoured Markdown that shows them letter by letter.</summary>
internal static class MarkdownText
{
    /// <summary>Text from outside: nothing in it is markup, a mention, an issue or a link.</summary>
    public static string Text(string? text)
    {
        var plain = Printable.Text(text, ReportWords.LongestValue);
        var safe = new StringBuilder(plain.Length + 16);
        foreach (var letter in plain)
        {
            // GitHub takes @name for a mention even behind a backslash.
            if (letter == '@') safe.Append("&#64;");
            else if (letter == '&') safe.Append("&amp;");
            else if (letter == '<') safe.Append("&lt;");
            else if ("\\`*_[]#>|~$".IndexOf(letter) >= 0) safe.Append('\\').Append(letter);
            else safe.Append(letter);
        }
        // A scheme would make a link of an address, with whatever text follows it.
        return safe.Replace("://", ":&#47;&#47;").ToString();
    }

    /// <summary>A value in code letters, in a table cell too.</summary>
    public static string Code(string? value)
    {
        var plain = Printable.Text(value, ReportWords.LongestValue);
        if (plain.Length == 0) return "";
        var fence = new string('`', LongestRun(plain) + 1);
        // A blank at both ends is taken away again, so that a value may begin with the fence's own letter.
        var pad = plain[0] is '`' or ' ' || plain[plain.Length - 1] is '`' or ' ' ? " " : "";
        return fence + pad + plain.Replace("|", "\\|") + pad + fence;
    }

    /// <summary>A block of code.</summary>
    public static string Block(string text)
    {
        var plain = Printable.Text(text, ReportWords.LongestValue);
        var fence = new string('`', Math.Max(3, LongestRun(plain) + 1));
        return $"{fence}\n{plain}\n{fence}\n";
    }

    private static int LongestRun(string text)
    {
        int longest = 0, run = 0;
        foreach (var letter in text) longest = Math.Max(longest, run = letter == '`' ? run + 1 : 0);
        return longest;
    }
}
