using System.Globalization;
using System.Text;

namespace ConsulKvTools;

/// <summary>Text for people's eyes: control and invisible characters become visible escapes, and length is bounded.</summary>
public static class Printable
{
    /// <summary>
    /// <paramref name="text"/> with every character that steers a terminal, is invisible or looks like a blank without being one as
    /// <c>\u001b</c>, cut after <paramref name="longest"/> characters.
    /// </summary>
    /// <remarks>
    /// Escaped are controls (C0, DEL, C1), format characters (directions, zero width, tags), fillers and variation selectors, blanks other than
    /// U+0020, line and paragraph separators, unpaired surrogates, private and unassigned code points.
    /// </remarks>
    public static string Text(string? text, int longest = 400)
    {
        if (text is null) return "";
        StringBuilder? shown = null;
        for (var index = 0; index < text.Length && index <= longest;)
        {
            // Both halves of a pair are judged, kept and cut together.
            var size = index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]) ? 2 : 1;
            var fits = index + size <= longest;
            var safe = fits && IsSafe(text, index, size);
            if (!safe) shown ??= new StringBuilder(text, 0, index, text.Length + 16);
            if (!fits)
            {
                shown!.Append("… (").Append(text.Length.ToString(CultureInfo.InvariantCulture)).Append(" characters)");
                break;
            }
            if (safe) shown?.Append(text, index, size);
            else
                for (var half = index; half < index + size; half++) Escape(shown!, text[half]);
            index += size;
        }
        return shown?.ToString() ?? text;
    }

    private static void Escape(StringBuilder shown, char letter)
    {
        if (letter == '\n') shown.Append("\\n");
        else if (letter == '\r') shown.Append("\\r");
        else if (letter == '\t') shown.Append("\\t");
        else shown.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
    }

    private static bool IsSafe(string text, int index, int size)
    {
        var letter = text[index];
        if (letter is >= ' ' and <= '~') return true;
        if (size == 1 && char.IsSurrogate(letter)) return false;
        return CharUnicodeInfo.GetUnicodeCategory(text, index) switch
        {
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate => false,
            // Letters, marks and symbols by category that show nothing all the same.
            _ => !IsBlank(char.ConvertToUtf32(text, index)),
        };
    }

    private static bool IsBlank(int point) => point is 0x034f or 0x115f or 0x1160 or 0x17b4 or 0x17b5 or (>= 0x180b and <= 0x180f) or 0x2800 or 0x3164
        or (>= 0xfe00 and <= 0xfe0f) or 0xffa0 or (>= 0xe0100 and <= 0xe01ef);
}
