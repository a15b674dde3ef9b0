using System.Globalization;
using System.Management.Automation.Language;
using System.Text;

namespace ConsulKvTools.Commands;

/// <summary>What stands at the cursor: the text it means, and the quotes it was begun with.</summary>
internal readonly struct TypedWord
{
    private readonly char quote;

    private TypedWord(string text, char quote) => (Text, this.quote) = (text, quote);

    /// <summary>The text without its quotes.</summary>
    public string Text { get; }

    /// <summary>Reads a word as PowerShell hands it to completers: bare words without their backticks, quoted ones with their quotes.</summary>
    public static TypedWord Of(string? typed)
    {
        if (string.IsNullOrEmpty(typed)) return new TypedWord("", '\0');
        if (typed![0] is not ('\'' or '"')) return new TypedWord(typed, '\0');
        var quote = typed[0];
        var text = new StringBuilder();
        for (var index = 1; index < typed.Length; index++)
        {
            // A quote within is doubled; a single one ends the word.
            if (typed[index] == quote && (++index == typed.Length || typed[index] != quote)) break;
            if (quote == '"' && typed[index] == '`' && index + 1 < typed.Length) index++;
            text.Append(typed[index]);
        }
        return new TypedWord(text.ToString(), quote);
    }

    /// <summary>True when <paramref name="candidate"/> begins as the word does, in any letter case.</summary>
    public bool Begins(string candidate) => candidate.StartsWith(Text, StringComparison.OrdinalIgnoreCase);

    /// <summary><paramref name="value"/> as an argument that means exactly it: in the quotes that were begun, bare where it can be, else in single quotes.</summary>
    public string Complete(string value) =>
        // No terminal is sent what it would obey, and no prompt shows a key as another.
        Printable.Text(value, int.MaxValue - 1) != value ? Escaped(value)
        : quote == '"' ? DoubleQuoted(value)
        : quote == '\0' && MeansItself(value) ? value
        : "'" + CodeGeneration.EscapeSingleQuotedStringContent(value) + "'";

    /// <summary>As <see cref="Complete"/>, but bare where nothing was quoted: for what the parameter reads as it was written, also where PowerShell sees a number.</summary>
    public string AsTyped(string value) => quote == '\0' ? value : Complete(value);

    /// <summary>Asks PowerShell itself whether a bare word is this text and nothing else: not a number, a variable, a parameter or two words.</summary>
    private static bool MeansItself(string value)
    {
        if (value.Length == 0) return false;
        var script = Parser.ParseInput("x " + value, out _, out var errors);
        return errors.Length == 0 && script.EndBlock.Statements.Count == 1
            && script.EndBlock.Statements[0] is PipelineAst { PipelineElements: { Count: 1 } elements }
            && elements[0] is CommandAst { Redirections.Count: 0, CommandElements: { Count: 2 } words }
            && words[1] is StringConstantExpressionAst { StringConstantType: StringConstantType.BareWord } word && word.Value == value && word.Extent.Text == value;
    }

    private static string DoubleQuoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var letter in value)
        {
            if (letter is '"' or '“' or '”' or '„' or '`' or '$') text.Append('`');
            text.Append(letter);
        }
        return text.Append('"').ToString();
    }

    private static string Escaped(string value)
    {
        var text = new StringBuilder("\"");
        for (var index = 0; index < value.Length; index++)
        {
            var width = char.IsHighSurrogate(value[index]) && index + 1 < value.Length && char.IsLowSurrogate(value[index + 1]) ? 2 : 1;
            var one = value.Substring(index, width);
            index += width - 1;
            // Windows PowerShell knows no `u{…}.
            if (Printable.Text(one) != one) foreach (var letter in one) text.Append(string.Format(CultureInfo.InvariantCulture, "$([char]0x{0:x})", (int)letter));
            else text.Append(one is "\"" or "“" or "”" or "„" or "`" or "$" ? "`" + one : one);
        }
        return text.Append('"').ToString();
    }
}
