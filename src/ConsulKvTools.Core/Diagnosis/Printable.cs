using System.Globalization;
using System.Text;

namespace ConsulKvTools;

/// <summary>Text for people's eyes: control and invisible characters become visible escapes, and length is bounded.</summary>
public static class Printable
{
    /// <summary><paramref name="text"/> with every control, format and unpaired surrogate character as <c>\u001b</c>, cut after <paramref name="longest"/> characters.</summary>
    public static string Text(string? text, int longest = 400)
    {
        if (text is null) return "";
        StringBuilder? shown = null;
        for (var index = 0; index < text.Length && index <= longest; index++)
        {
            var letter = text[index];
            var safe = index < longest && IsSafe(text, index);
            if (safe && shown is null) continue;
            shown ??= new StringBuilder(text, 0, index, text.Length + 16);
            if (index == longest)
            {
                shown.Append("… (").Append(text.Length.ToString(CultureInfo.InvariantCulture)).Append(" characters)");
                break;
            }
            if (safe) shown.Append(letter);
            else if (letter == '\n') shown.Append("\\n");
            else if (letter == '\r') shown.Append("\\r");
            else if (letter == '\t') shown.Append("\\t");
            else shown.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
        }
        return shown?.ToString() ?? text;
    }

    private static bool IsSafe(string text, int index)
    {
        var letter = text[index];
        if (letter is >= ' ' and <= '~') return true;
        if (char.IsHighSurrogate(letter)) return index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]);
        if (char.IsLowSurrogate(letter)) return index > 0 && char.IsHighSurrogate(text[index - 1]);
        return CharUnicodeInfo.GetUnicodeCategory(letter) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
    }
}
