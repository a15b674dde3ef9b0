namespace ConsulKvTools.Hygiene;

/// <summary>
/// Finds what stands under a name in texts that are no JSON, or not quite: properties, YAML, INI, HCL, XML attributes, shell and program text, comments, connection strings. Where
/// it is not plain where a value ends, it goes on: a part of a secret must not stand beside what is hidden.
/// </summary>
/// <param name="text">The text.</param>
internal sealed class NamedValues(string text)
{
    private const int LongestName = 120;
    private const int LongestWord = 4096;

    // So many pairs after name: is its value: looked for.
    private const int LabelReach = 3;
    private static readonly string[] Leads = ["- ", "export ", "set ", "ENV ", "ARG ", "# ", "#", "//", "; ", ";", "-- ", "* ", "<!-- ", "$"];
    private static readonly string[] Values = ["value", "val", "default", "content"];

    // Maps of YAML that the line is in, outermost first: where their name begins, and the name.
    private readonly Stack<(int Column, string Name)> maps = new();
    private string label = "";
    private int labelAge;

    /// <summary>All of a text, in its order.</summary>
    public static IEnumerable<NamedValue> In(string text) => SecretName.IsTelling(text) ? new NamedValues(text).All() : [];

    private IEnumerable<NamedValue> All()
    {
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            end = EndOfLine(start);
            var dash = Skip(start, end);
            if (dash == end) continue;
            var (from, isComment) = Behind(dash, end);
            var isItem = text[dash] == '-' && from > dash;
            while (maps.Count > 0 && (dash - start < maps.Peek().Column || (dash - start == maps.Peek().Column && !isItem))) maps.Pop();
            var isPair = false;
            foreach (var pair in Pairs(start, from, end, isComment))
            {
                isPair = true;
                if (pair.Length > 0) yield return pair;
            }
            // The value of the name above.
            if (!isPair && !isComment && maps.Count > 0 && ValueAt(from, end, isLeading: true, isComment: false, '\0') is { Length: > 0 } item) yield return new NamedValue(SecretName.Of(maps.Peek().Name), item.Start, item.Length);
        }
    }

    /// <summary>The pairs of a line; one of length zero where there is one without a value for us.</summary>
    private IEnumerable<NamedValue> Pairs(int start, int from, int end, bool isComment)
    {
        var above = maps.Count > 0 ? maps.Peek().Name : null;
        var depth = 0;
        for (var at = from; at < end;)
        {
            if (text[at] is '{') depth++;
            else if (text[at] is '}') depth--;
            if (text[at] is not ('=' or ':' or ',') || NameBefore(at, from, end) is not { } name)
            {
                at++;
                continue;
            }
            var written = text.Substring(name.Start, name.End - name.Start);
            var isLeading = text[at] != ',' && name.Outer <= from;
            var behind = Behind(at, end, out var sign);
            var first = Skip(behind, end);
            at = behind;
            if (isLeading)
            {
                yield return default;
                if (sign == ':' && Opens(first, end) is { } style)
                {
                    maps.Push((name.Outer - start, written));
                    if (style == '|' && SecretName.IsTelling(written) && Block(end, name.Outer - start) is { Length: > 0 } block) yield return new NamedValue(SecretName.Of(written, above), block.Start, block.Length);
                    continue;
                }
            }
            // { password: { value: … } } in one line.
            if (first < end && text[first] is '{' or '[' && SecretChecks.IsStructure(text.Substring(first, Math.Min(end - first, LongestName))))
            {
                // passwords = ["a", "b"]: what stands there has no name of its own.
                if (text[first] == '[' && SecretName.Of(written, above) is { Plain: not null } shared)
                    foreach (var item in Items(first + 1, end)) yield return new NamedValue(shared, item.Start, item.Length);
                above = written;
                continue;
            }
            if (labelAge > 0) labelAge--;
            var isLabel = SecretName.IsLabel(written);
            var secret = labelAge > 0 && SecretName.IsOneOf(Values, written) ? SecretName.Of(label) : SecretName.Of(written, above);
            if (!isLabel && secret.Plain is null) continue;
            var before = name.Outer - 1;
            while (before >= from && text[before] is ' ' or '\t') before--;
            var context = before >= from ? text[before] : '\0';
            if (context == ',' && depth > 0) context = '{';
            var isTight = behind == first;
            // image: repo/token:v1 and 12:30 are no pairs.
            if (!isLeading && sign == ':' && isTight && first < end && text[first] is not ('"' or '\'' or '\\') && context is not ('{' or ',')) continue;
            var (valueStart, length, isQuoted) = ValueAt(first, isLabel ? Math.Min(end, first + LongestName + 2) : end, isLeading, isComment, context);
            if (isLabel && length is > 0 and < LongestName)
            {
                label = text.Substring(valueStart, length);
                labelAge = SecretName.IsTelling(label) ? LabelReach + 1 : 0;
                continue;
            }
            if (length == 0 || (sign == ',' && !isQuoted)) continue;
            // In the middle of a sentence: Note the password: must be long.
            var isWhole = isLeading && (!isComment || Skip(valueStart + length, end) == end);
            if (!isWhole && !isQuoted && !(sign == '=' && isTight) && context is not (';' or '{' or '&' or '?') && !SecretChecks.IsTellingItself(text.Substring(valueStart, length))) continue;
            yield return new NamedValue(secret, valueStart, length);
            // What the checks refuse may have pairs within.
            if (!isLeading || isQuoted) at = Math.Max(at, valueStart + length);
        }
    }

    /// <summary>What stands in a list, to its end or that of the line.</summary>
    private IEnumerable<(int Start, int Length)> Items(int at, int end)
    {
        for (at = Skip(at, end); at < end && text[at] is not (']' or '[' or '{');)
        {
            var (start, length, isQuoted) = ValueAt(at, Math.Min(end, at + LongestWord), isLeading: false, isComment: false, '[');
            // A name in it: the next pair, and no item.
            if (!isQuoted && text.IndexOfAny(['=', '['], start, length) >= 0) yield break;
            if (length > 0) yield return (start, length);
            at = Math.Max(at, start + length + (isQuoted ? 1 : 0));
            while (at < end && text[at] is ',' or ' ' or '\t' or '\r') at++;
            if (length == 0 && !isQuoted) yield break;
        }
    }

    /// <summary>The name before an equals sign, colon, or comma in a call; null for none. Outer is where its quotes and brackets begin.</summary>
    private (int Start, int End, int Outer)? NameBefore(int sign, int from, int end)
    {
        var next = sign + 1 < end ? text[sign + 1] : '\0';
        if (text[sign] == ':' && (next == ':' || (next == '/' && sign + 2 < end && text[sign + 2] == '/'))) return null;
        var last = sign;
        if (last > from && text[last] == '=' && text[last - 1] is ':' or '?' or '+' or '=' or '!' or '<' or '>') last--;
        while (last > from && text[last - 1] is ' ' or '\t') last--;
        if (last == from) return null;
        var quote = text[last - 1];
        var least = Math.Max(from, last - LongestName - 2);
        if (quote is '"' or '\'')
        {
            var open = last - 2;
            while (open >= least && text[open] != quote) open--;
            if (open < least || open == last - 2) return null;
            if (text[sign] == ',' && (open == from || text[open - 1] != '(')) return null;
            return (open + 1, last - 1, open);
        }
        if (text[sign] == ',') return null;
        var start = last;
        while (start > least && IsOfName(start - 1)) start--;
        // Too long, or none.
        if (start == last || last - start > LongestName) return null;
        var outer = start;
        while (start < last && text[start] is '-' or '/' or '.' or '"' or '\'') start++;
        return start == last || !(char.IsLetter(text[start]) || text[start] is '_' or '[') ? null : (start, last, outer);
    }

    private bool IsOfName(int at)
    {
        var letter = text[at];
        if (char.IsLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/' or '[' or ']') return true;
        // config["password"]
        return letter is '"' or '\'' && ((at > 0 && text[at - 1] == '[') || (at + 1 < text.Length && text[at + 1] == ']'));
    }

    private (int Start, int Length, bool IsQuoted) ValueAt(int at, int end, bool isLeading, bool isComment, char context)
    {
        if (at < end && text[at] == '\\' && at + 1 < end && text[at + 1] is '"' or '\'') at++;
        if (at >= end) return default;
        if (text[at] is '"' or '\'')
        {
            var closing = Closing(at, end);
            return (at + 1, closing - at - 1, true);
        }
        var last = end;
        if (!isLeading || isComment) last = EndOfWord(at, Math.Min(end, at + LongestWord), context);
        else last = WithoutComment(at, end);
        while (last > at && (char.IsWhiteSpace(text[last - 1]) || text[last - 1] == ',')) last--;
        return (at, last - at, false);
    }

    /// <summary>The quote that ends a text, or the end of the line: a doubled one does not, nor one that something follows as in a word.</summary>
    private int Closing(int open, int end)
    {
        var quote = text[open];
        for (var at = open + 1; at < end; at++)
        {
            if (text[at] == '\\' && quote == '"') at++;
            else if (text[at] == quote)
            {
                if (at + 1 == end || char.IsWhiteSpace(text[at + 1]) || text[at + 1] is ',' or ';' or ')' or ']' or '}' or '>' or ':' or '/' or '\\' or '#') return at;
                if (text[at + 1] == quote) at++;
            }
        }
        return end;
    }

    private int EndOfWord(int start, int end, char context)
    {
        for (var at = start; at < end; at++)
        {
            var letter = text[at];
            if (context switch
            {
                ';' => letter == ';',
                '{' => letter is ',' or '}',
                '&' or '?' => letter is '&' or ' ' or '\t',
                ',' or '(' or '[' => letter is ',' or ')' or ']' or ' ' or '\t',
                _ => letter is ' ' or '\t',
            }) return at;
            if (letter is '"' or '\'' && (at + 1 == end || char.IsWhiteSpace(text[at + 1]) || text[at + 1] is ',' or ';' or ')' or ']' or '}' or '>' || string.CompareOrdinal(text, at + 1, "/>", 0, 2) == 0)) return at;
        }
        return end;
    }

    private int WithoutComment(int start, int end)
    {
        for (var at = start + 1; at < end; at++)
            if (text[at] is '#' or ';' && text[at - 1] is ' ' or '\t') return at;
        return end;
    }

    /// <summary>Where something begins behind what stands before names: <c>export</c>, a dash, a comment's sign.</summary>
    private (int From, bool IsComment) Behind(int at, int end)
    {
        var isComment = false;
        foreach (var lead in Leads)
        {
            if (end - at <= lead.Length || string.CompareOrdinal(text, at, lead, 0, lead.Length) != 0) continue;
            at = Skip(at + lead.Length, end);
            isComment |= lead[0] is '#' or '/' or ';' or '*' or '<';
        }
        return (at, isComment);
    }

    /// <summary>Where a sign such as <c>=</c>, <c>:=</c>, <c>=></c> and <c>:</c> ends.</summary>
    private int Behind(int at, int end, out char sign)
    {
        sign = text[at++];
        if (at < end && text[at] == '=' && sign is ':' or '=') (sign, at) = ('=', at + 1);
        else if (at < end && text[at] == '>' && sign == '=') at++;
        return at;
    }

    /// <summary>How a value begins that goes on in the next lines: <c>|</c> for a text, <c>{</c> for anything else; null for one that stands here.</summary>
    private char? Opens(int first, int end)
    {
        var last = WithoutComment(Math.Min(first, end) - 1, end);
        while (last > first && char.IsWhiteSpace(text[last - 1])) last--;
        if (last <= first) return '{';
        if (text[first] is '{' or '[') return last == first + 1 ? '{' : null;
        if (text[first] is not ('|' or '>') || last - first > 3) return null;
        for (var at = first + 1; at < last; at++)
            if (text[at] is not ('-' or '+' or (>= '1' and <= '9'))) return null;
        return '|';
    }

    /// <summary>The lines below that stand further in.</summary>
    private (int Start, int Length) Block(int end, int column)
    {
        var (first, last) = (-1, -1);
        for (var start = end + 1; start < text.Length;)
        {
            var stop = EndOfLine(start);
            var content = Skip(start, stop);
            if (content < stop)
            {
                if (content - start <= column) break;
                if (first < 0) first = content;
                last = stop;
            }
            start = stop + 1;
        }
        while (last > first && char.IsWhiteSpace(text[last - 1])) last--;
        return first < 0 ? default : (first, last - first);
    }

    private int EndOfLine(int start)
    {
        var end = text.IndexOf('\n', start);
        return end < 0 ? text.Length : end;
    }

    private int Skip(int at, int end)
    {
        while (at < end && text[at] is ' ' or '\t' or '\r') at++;
        return at;
    }
}
