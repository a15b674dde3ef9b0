using System.Text;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>What must stand in a text for a row of Consul's own texts to match: found once, searched for quickly.</summary>
internal static class RequiredWords
{
    /// <summary>The longest literal part that every match of <paramref name="row"/> holds; null for a row that goes by the status alone.</summary>
    public static string? Of(ServerText row)
    {
        if (string.IsNullOrEmpty(row.Text)) return null;
        return row.Match == ServerTextMatch.Regex ? OfPattern(row.Text!) : row.Text;
    }

    private static string? OfPattern(string pattern)
    {
        var runs = new List<string>();
        Read(pattern, 0, pattern.Length, runs);
        return runs.OrderByDescending(run => run.Length).FirstOrDefault(run => run.Length > 3);
    }

    // Walks the pattern. A group counts when nothing makes it optional and it has no alternatives; a character only when it is not optional.
    private static void Read(string pattern, int from, int to, List<string> runs)
    {
        var run = new StringBuilder();
        void End()
        {
            if (run.Length > 0) runs.Add(run.ToString());
            run.Clear();
        }
        for (var at = from; at < to; at++)
        {
            switch (pattern[at])
            {
                case '\\' when at + 1 < to && !char.IsLetterOrDigit(pattern[at + 1]):
                    run.Append(pattern[++at]);
                    break;
                case '\\':
                    at++;
                    End();
                    break;
                case '[':
                    End();
                    at = EndOfClass(pattern, at);
                    break;
                case '(':
                    End();
                    var close = EndOfGroup(pattern, at);
                    var optional = close + 1 < pattern.Length && pattern[close + 1] is '?' or '*' or '{';
                    var start = at + 1;
                    if (pattern[start] == '?') start = pattern[start + 1] == '<' && pattern[start + 2] is not ('=' or '!') ? pattern.IndexOf('>', start) + 1 : pattern[start + 1] == ':' ? start + 2 : close;
                    if (!optional && !HasAlternatives(pattern, start, close)) Read(pattern, start, close, runs);
                    at = close;
                    break;
                case '?' or '*' or '{':
                    if (run.Length > 0) run.Length--;
                    End();
                    if (pattern[at] == '{') at = pattern.IndexOf('}', at);
                    break;
                case '.' or '^' or '$' or '+' or '|':
                    End();
                    break;
                default:
                    run.Append(pattern[at]);
                    break;
            }
        }
        End();
    }

    private static bool HasAlternatives(string pattern, int from, int to)
    {
        for (var at = from; at < to; at++)
            if (pattern[at] == '\\') at++;
            else if (pattern[at] == '[') at = EndOfClass(pattern, at);
            else if (pattern[at] == '(') at = EndOfGroup(pattern, at);
            else if (pattern[at] == '|') return true;
        return false;
    }

    private static int EndOfClass(string pattern, int at)
    {
        for (at++; pattern[at] != ']'; at++)
            if (pattern[at] == '\\') at++;
        return at;
    }

    private static int EndOfGroup(string pattern, int at)
    {
        for (at++; pattern[at] != ')'; at++)
            if (pattern[at] == '\\') at++;
            else if (pattern[at] == '[') at = EndOfClass(pattern, at);
            else if (pattern[at] == '(') at = EndOfGroup(pattern, at);
        return at;
    }
}
