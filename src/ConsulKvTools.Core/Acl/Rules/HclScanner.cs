using System.Globalization;
using System.Text;

namespace ConsulKvTools.Acl.Rules;

/// <summary>Cuts HCL 1 text into tokens, as far as Consul's rules use it.</summary>
internal sealed class HclScanner(string text)
{
    internal enum Kind
    {
        End,
        Name,
        Text,
        Heredoc,
        Number,
        Boolean,
        Mark,
    }

    internal readonly record struct Token(Kind Kind, string Text, int Line, int Column)
    {
        /// <summary>Its first character's place in the text.</summary>
        public int Start { get; init; }

        /// <summary>The place of the character after it.</summary>
        public int End { get; init; }

        public bool Is(char mark) => Kind == Kind.Mark && Text[0] == mark;

        public string Shown => Kind == Kind.End ? "the end of the text" : $"'{Printable.Text(Text, 40)}'";
    }

    private int position;
    private int line = 1;
    private int column = 1;

    /// <summary>The next token; <see cref="Kind.End"/> for ever after the last.</summary>
    /// <exception cref="AclSyntaxException">A character or string that HCL does not have.</exception>
    public Token Next()
    {
        SkipBlank();
        var start = position;
        return Take() with { Start = start, End = position };
    }

    private Token Take()
    {
        var (startLine, startColumn) = (line, column);
        Token Made(Kind kind, string value) => new(kind, value, startLine, startColumn);
        if (position >= text.Length) return Made(Kind.End, "");
        var letter = text[position];
        if (char.IsLetter(letter) || letter == '_')
        {
            var name = TakeWhile(next => char.IsLetterOrDigit(next) || next is '_' or '-' or '.');
            return Made(name is "true" or "false" ? Kind.Boolean : Kind.Name, name);
        }
        if (char.IsDigit(letter) || (letter == '-' && Peek(1) is >= '0' and <= '9'))
        {
            Advance();
            return Made(Kind.Number, letter + TakeWhile(next => char.IsLetterOrDigit(next) || next is '.' or '+' or '-'));
        }
        if (letter == '"') return Made(Kind.Text, TakeString(startLine, startColumn));
        if (letter == '<' && Peek(1) == '<') return Made(Kind.Heredoc, TakeHeredoc(startLine, startColumn));
        if (letter is '{' or '}' or '[' or ']' or '=' or ',')
        {
            Advance();
            return Made(Kind.Mark, letter.ToString());
        }
        throw new AclSyntaxException(
            letter switch
            {
                '\uFEFF' => "the text begins with a byte order mark; save it without",
                '\'' => "names stand in double quotes, not single ones",
                _ => $"the character '{Printable.Text(letter.ToString())}' has no meaning here",
            }, line, column);
    }

    private void SkipBlank()
    {
        while (position < text.Length)
        {
            var letter = text[position];
            if (letter is ' ' or '\t' or '\r' or '\n') Advance();
            else if (letter == '#' || (letter == '/' && Peek(1) == '/')) TakeWhile(next => next != '\n');
            else if (letter == '/' && Peek(1) == '*') SkipBlockComment();
            else return;
        }
    }

    private void SkipBlockComment()
    {
        var (startLine, startColumn) = (line, column);
        Advance();
        Advance();
        while (!(Peek(0) == '*' && Peek(1) == '/'))
        {
            if (position >= text.Length) throw new AclSyntaxException("the comment /* is never closed with */", startLine, startColumn);
            Advance();
        }
        Advance();
        Advance();
    }

    private string TakeString(int startLine, int startColumn)
    {
        var value = new StringBuilder();
        var braces = 0;
        Advance();
        while (true)
        {
            if (position >= text.Length || (text[position] == '\n' && braces == 0))
                throw new AclSyntaxException("the string is never closed with a double quote", startLine, startColumn);
            var letter = text[position];
            if (braces > 0)
            {
                // Inside "${…}" nothing is an escape, and a quote does not end the string.
                if (letter == '{') braces++;
                if (letter == '}') braces--;
                value.Append(letter);
                Advance();
            }
            else if (letter == '"')
            {
                Advance();
                return value.ToString();
            }
            else if (letter == '\\') TakeEscape(value);
            else
            {
                if (letter == '$' && Peek(1) == '{')
                {
                    braces = 1;
                    value.Append(letter);
                    Advance();
                    letter = '{';
                }
                value.Append(letter);
                Advance();
            }
        }
    }

    private void TakeEscape(StringBuilder value)
    {
        var (startLine, startColumn) = (line, column);
        Advance();
        var letter = Peek(0);
        switch (letter)
        {
            case 'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v' or '\\' or '"':
                Advance();
                value.Append(letter switch { 'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => letter });
                return;
            case >= '0' and <= '7':
                value.Append((char)TakeDigits(3, 8, startLine, startColumn));
                return;
            case 'x' or 'u' or 'U':
                Advance();
                var code = TakeDigits(letter == 'x' ? 2 : letter == 'u' ? 4 : 8, 16, startLine, startColumn);
                if (code > 0x10FFFF) throw new AclSyntaxException("the escape names no character", startLine, startColumn);
                if (code is >= 0xD800 and <= 0xDFFF) value.Append('\uFFFD');
                else value.Append(char.ConvertFromUtf32(code));
                return;
            default:
                throw new AclSyntaxException("HCL has no such escape; a backslash is written \\\\", startLine, startColumn);
        }
    }

    private int TakeDigits(int count, int radix, int startLine, int startColumn)
    {
        var value = 0L;
        for (var taken = 0; taken < count; taken++)
        {
            var digit = Peek(0) switch
            {
                >= '0' and <= '9' and var letter => letter - '0',
                >= 'a' and <= 'f' and var letter => letter - 'a' + 10,
                >= 'A' and <= 'F' and var letter => letter - 'A' + 10,
                _ => 99,
            };
            if (digit >= radix)
                throw new AclSyntaxException(string.Format(CultureInfo.InvariantCulture, "the escape needs {0} digits", count), startLine, startColumn);
            value = value * radix + digit;
            Advance();
        }
        return value > 0x10FFFF ? 0x110000 : (int)value;
    }

    private string TakeHeredoc(int startLine, int startColumn)
    {
        Advance();
        Advance();
        var indented = Peek(0) == '-';
        if (indented) Advance();
        var anchor = TakeWhile(next => next is not ('\n' or '\r'));
        if (anchor.Length == 0) throw new AclSyntaxException("<< needs a word that ends the text, such as <<EOF", startLine, startColumn);
        if (Peek(0) == '\r') Advance();
        Advance();
        var lines = new List<string>();
        while (true)
        {
            if (position >= text.Length) throw new AclSyntaxException($"the text after <<{anchor} is never ended by a line {anchor}", startLine, startColumn);
            var row = TakeWhile(next => next != '\n');
            Advance();
            if (row.Trim(' ', '\t', '\r') == anchor) break;
            lines.Add(row);
        }
        if (indented)
        {
            var margin = lines.Count == 0 ? 0 : lines.Min(row => row.Length - row.TrimStart(' ', '\t').Length);
            lines = lines.ConvertAll(row => row.Substring(margin));
        }
        return string.Concat(lines.Select(row => row + "\n"));
    }

    private string TakeWhile(Func<char, bool> wanted)
    {
        var start = position;
        while (position < text.Length && wanted(text[position])) Advance();
        return text.Substring(start, position - start);
    }

    private char Peek(int ahead) => position + ahead < text.Length ? text[position + ahead] : '\0';

    private void Advance()
    {
        if (position >= text.Length) return;
        if (text[position++] == '\n')
        {
            line++;
            column = 1;
        }
        else column++;
    }
}
