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

    // A value of several lines ends within these: a quote in prose that nothing closes must not take the rest of a text with it.
    private const int LongestText = 16 * 1024;
    private const int MostLines = 32;

    // So many pairs after name: is its value: looked for.
    private const int LabelReach = 3;

    // Type, description and more stand before the default of a variable.
    private const int VariableReach = 6;
    private const string Variable = "variable \"";
    private static readonly string[] Leads = ["- ", "export ", "set ", "ENV ", "ARG ", "# ", "#", "//", "; ", ";", "-- ", "* ", "<!-- ", "$"];
    private static readonly string[] Values = ["value", "val", "default", "content"];

    // Maps of YAML that the line is in, outermost first: where their name begins, and the name.
    private readonly Stack<(int Column, string Name)> maps = new();
    private string label = "";
    private int labelAge;
    private string? section;

    // How far was looked for the word that ends a text below <<EOF, and how far lines are joined: nothing is looked through again from each line on.
    private (string Word, int Until) unended;
    private int joined;

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
            if (EntersSection(dash, end)) continue;
            if (string.CompareOrdinal(text, dash, Variable, 0, Variable.Length) == 0) EnterVariable(dash + Variable.Length, end);
            var isPair = false;
            foreach (var pair in Pairs(start, from, end, isComment))
            {
                isPair = true;
                if (pair.Length > 0) yield return pair;
            }
            if (!isPair && !isComment && Spaced(from, end) is { Length: > 0 } spaced) yield return spaced;
            // The value of the name above.
            if (!isPair && !isComment && maps.Count > 0 && ValueAt(from, end, isLeading: true, isComment: false, '\0') is { Length: > 0 } item) yield return new NamedValue(SecretName.Of(maps.Peek().Name), item.Start, item.Length);
        }
    }

    /// <summary>The pairs of a line; one of length zero where there is one without a value for us.</summary>
    private IEnumerable<NamedValue> Pairs(int start, int from, int end, bool isComment)
    {
        var above = maps.Count > 0 ? maps.Peek().Name : section;
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
            if (!isLabel && !isComment && Delimited(first, end) is { Length: > 0 } delimited)
            {
                yield return new NamedValue(secret, delimited.Start, delimited.Length);
                at = delimited.Start + delimited.Length;
                continue;
            }
            var (valueStart, length, isQuoted) = ValueAt(first, isLabel ? Math.Min(end, first + LongestName + 2) : end, isLeading, isComment, context);
            if (isLabel && length is > 0 and < LongestName)
            {
                label = text.Substring(valueStart, length);
                labelAge = SecretName.IsTelling(label) ? LabelReach + 1 : 0;
                continue;
            }
            var isOpen = isQuoted && valueStart + length == end;
            if ((length == 0 && !isOpen) || (sign == ',' && !isQuoted)) continue;
            // In the middle of a sentence: Note the password: must be long.
            var isWhole = isLeading && (!isComment || Skip(valueStart + length, end) == end);
            if (!isWhole && !isQuoted && !(sign == '=' && isTight) && context is not (';' or '{' or '&' or '?') && !SecretChecks.IsTellingItself(text.Substring(valueStart, length))) continue;
            if (length > 0) yield return new NamedValue(secret, valueStart, length);
            // The checks may refuse the whole and not its first line.
            var whole = isComment ? 0 : isOpen ? EndOfQuoted(valueStart, end) : isLeading && sign == '=' && Skip(valueStart + length, end) == end ? EndOfContinued(end) : 0;
            if (whole > valueStart + length) yield return new NamedValue(secret, valueStart, whole - valueStart);
            // What the checks refuse may have pairs within.
            if (!isLeading || isQuoted) at = Math.Max(at, valueStart + length);
        }
    }

    /// <summary>True for a line such as <c>[passwords]</c>; what stands below one in the plural has no other name that says what it is.</summary>
    private bool EntersSection(int at, int end)
    {
        if (text[at] != '[' || end - at > LongestName) return false;
        var line = text.Substring(at, end - at).Trim();
        if (line[line.Length - 1] != ']') return false;
        var name = line.Trim('[', ']');
        section = name.EndsWith("s", StringComparison.OrdinalIgnoreCase) && SecretName.IsTelling(name) ? name : null;
        return section is not null;
    }

    /// <summary>The name of a variable of Terraform, whose value is its default.</summary>
    private void EnterVariable(int start, int end)
    {
        var close = text.IndexOf('"', start, Math.Min(end - start, LongestName));
        if (close < 0) return;
        label = text.Substring(start, close - start);
        labelAge = SecretName.IsTelling(label) ? VariableReach : 0;
    }

    /// <summary>A name of several words and one word behind it, as in properties and Dockerfiles; of length zero for anything else. What it says itself has to tell: texts and tables have such lines.</summary>
    private NamedValue Spaced(int from, int end)
    {
        var behind = from;
        while (behind < end && behind - from <= LongestName && (char.IsLetterOrDigit(text[behind]) || text[behind] is '_' or '.' or '-')) behind++;
        if (text.IndexOfAny(['.', '_'], from, behind - from) < 0) return default;
        var written = text.Substring(from, behind - from);
        var (start, length) = Trimmed(behind, end);
        if (start == behind || length is 0 or > LongestWord || SecretName.Of(written) is not { Plain: not null, IsReversed: false } name) return default;
        // Numbers, columns of a table and the directives of nginx.
        var word = text.Substring(start, length);
        return !word.Any(char.IsLetter) || word.IndexOf('(') >= 0 || word.EndsWith(";", StringComparison.Ordinal) ? default : new NamedValue(name with { IsInherited = true }, start, length);
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
    private int Closing(int open, int end) => Closing(open, open, end);

    private int Closing(int open, int before, int end)
    {
        var quote = text[open];
        for (var at = before + 1; at < end; at++)
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

    /// <summary>What stands between three quotes, or below <c>&lt;&lt;EOF</c> up to that word; of length zero for neither.</summary>
    private (int Start, int Length) Delimited(int at, int end)
    {
        if (at + 2 >= end) return default;
        var reach = Math.Min(text.Length, at + LongestText);
        if (text[at] is '"' or '\'' && text[at + 1] == text[at] && text[at + 2] == text[at])
        {
            var closing = text.IndexOf(text.Substring(at, 3), at + 3, reach - at - 3, StringComparison.Ordinal);
            return closing < 0 ? default : Trimmed(at + 3, closing);
        }
        if (text[at] != '<' || text[at + 1] != '<') return default;
        var start = at + 2;
        if (text[start] is '-' or '~') start++;
        var word = text.Substring(start, end - start).Trim().Trim('"', '\'');
        if (word.Length is 0 or > LongestName || !word.All(letter => char.IsLetterOrDigit(letter) || letter == '_')) return default;
        for (var line = word == unended.Word ? Math.Max(end + 1, unended.Until) : end + 1; line < reach;)
        {
            var stop = EndOfLine(line);
            var content = Skip(line, stop);
            if (string.CompareOrdinal(text, content, word, 0, word.Length) == 0 && Skip(content + word.Length, stop) == stop) return Trimmed(end + 1, content);
            line = stop + 1;
            unended = (word, line);
        }
        return default;
    }

    private (int Start, int Length) Trimmed(int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        return (start, end - start);
    }

    /// <summary>Where the quote closes in the lines below that this one leaves open; zero when it does not before a blank line.</summary>
    private int EndOfQuoted(int start, int end)
    {
        // This quote closed a text: ask('Password: ').
        if (start < end && text[start] is ',' or ';' or ')' or ']' or '}') return 0;
        for (var line = 0; line < MostLines && end + 1 < text.Length; line++)
        {
            var below = end + 1;
            end = EndOfLine(below);
            if (Skip(below, end) == end) return 0;
            var closing = Closing(start - 1, below - 1, end);
            if (closing < end) return closing;
        }
        return 0;
    }

    /// <summary>The end of the last line of those that a backslash joins to this one; zero for none.</summary>
    private int EndOfContinued(int end)
    {
        if (end < joined) return 0;
        var last = end;
        while (last - end < LongestText && IsContinued(last) && last + 1 < text.Length) last = EndOfLine(last + 1);
        joined = last;
        while (last > end && char.IsWhiteSpace(text[last - 1])) last--;
        return last > end ? last : 0;
    }

    // In a shell a blank before the backslash ends the word.
    private bool IsContinued(int end)
    {
        if (end > 0 && text[end - 1] == '\r') end--;
        var first = end;
        while (first > 0 && text[first - 1] == '\\') first--;
        return (end - first) % 2 == 1 && first > 0 && text[first - 1] is not (' ' or '\t');
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
