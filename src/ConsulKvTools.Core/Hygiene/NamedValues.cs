using System.Text;

namespace ConsulKvTools.Hygiene;

/// <summary>Finds what stands under a name in lines of properties, YAML, INI, HCL and shell files.</summary>
internal static class NamedValues
{
    private const int LongestName = 120;
    private static readonly string[] Leads = ["- ", "export ", "set ", "ENV ", "ARG "];

    /// <summary>All of a text, line by line.</summary>
    public static IEnumerable<NamedValue> In(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            if (end < 0) end = text.Length;
            if (OfLine(text, start, end) is { } named) yield return named;
            start = end + 1;
        }
    }

    /// <summary>
    /// The last step of a name in lower case, words parted by underscores: <c>db_password</c> of <c>dbPassword</c> and <c>db-password</c>,
    /// <c>password</c> of <c>spring.db.password</c>.
    /// </summary>
    public static string Plain(string name)
    {
        var steps = name.TrimEnd('.', '/', ']');
        var last = steps.Substring(steps.LastIndexOfAny(['.', '/', '[', ']']) + 1);
        var plain = new StringBuilder(last.Length + 4);
        for (var at = 0; at < last.Length; at++)
        {
            var letter = last[at];
            if (!char.IsLetterOrDigit(letter))
            {
                Part();
                continue;
            }
            // dbPassword, APIKey.
            if (char.IsUpper(letter) && at > 0 && (char.IsLower(last[at - 1]) || (char.IsUpper(last[at - 1]) && at + 1 < last.Length && char.IsLower(last[at + 1])))) Part();
            plain.Append(char.ToLowerInvariant(letter));
        }
        return plain.ToString().TrimEnd('_');

        void Part()
        {
            if (plain.Length > 0 && plain[plain.Length - 1] != '_') plain.Append('_');
        }
    }

    private static NamedValue? OfLine(string text, int start, int end)
    {
        var at = Skip(text, start, end);
        foreach (var lead in Leads)
            if (end - at > lead.Length && string.CompareOrdinal(text, at, lead, 0, lead.Length) == 0) at = Skip(text, at + lead.Length, end);
        if (at < end && text[at] == '$') at++;
        if (at == end) return null;
        var quote = text[at] is '"' or '\'' ? text[at++] : '\0';
        var from = at;
        while (at < end && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '-' or '.' or '/' or '[' or ']')) at++;
        if (at == from || at - from > LongestName || !(char.IsLetter(text[from]) || text[from] is '_' or '/')) return null;
        var name = text.Substring(from, at - from);
        if (quote != '\0' && (at == end || text[at++] != quote)) return null;
        at = Skip(text, at, end);
        // = : => := ?= and no address, as in https://.
        if (at < end && text[at] is ':' or '?' && at + 1 < end && text[at + 1] == '=') at++;
        if (at == end || text[at] is not ('=' or ':')) return null;
        at++;
        if (at < end && text[at] == '>') at++;
        else if (at + 1 < end && text[at] == '/' && text[at + 1] == '/') return null;
        at = Skip(text, at, end);
        var last = end;
        if (at < end && text[at] is '"' or '\'' && Closing(text, at, end) is > 0 and var closing) (at, last) = (at + 1, closing);
        else last = WithoutComment(text, at, end);
        return last > at ? new NamedValue(Plain(name), at, last - at) : null;
    }

    private static int Closing(string text, int open, int end)
    {
        for (var at = open + 1; at < end; at++)
            if (text[at] == '\\' && text[open] == '"') at++;
            else if (text[at] == text[open]) return at;
        return 0;
    }

    private static int WithoutComment(string text, int start, int end)
    {
        for (var at = start + 1; at < end; at++)
            if (text[at] is '#' or ';' && text[at - 1] is ' ' or '\t')
            {
                end = at;
                break;
            }
        while (end > start && (char.IsWhiteSpace(text[end - 1]) || text[end - 1] == ',')) end--;
        return end;
    }

    private static int Skip(string text, int at, int end)
    {
        while (at < end && text[at] is ' ' or '\t') at++;
        return at;
    }
}
