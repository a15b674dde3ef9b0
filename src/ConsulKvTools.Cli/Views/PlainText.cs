using System.Text;

namespace ConsulKvTools.Cli.Views;

/// <summary>Text for terminals that know only ASCII.</summary>
internal static class PlainText
{
    /// <summary><paramref name="text"/> with what it means in ASCII; other letters as <c>\u00e9</c>, so that nothing turns into a question mark.</summary>
    public static string Of(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var plain = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            if (letter < 0x80) plain.Append(letter);
            else
                plain.Append(letter switch
                {
                    '✓' => "ok",
                    '✗' => "X",
                    '–' or '—' => "-",
                    '…' => "...",
                    '→' => "->",
                    '“' or '”' => "\"",
                    '‘' or '’' => "'",
                    'µ' => "u",
                    '│' => "|",
                    '├' or '└' => "+",
                    '─' => "-",
                    _ => $"\\u{(int)letter:x4}",
                });
        }
        return plain.ToString();
    }
}
