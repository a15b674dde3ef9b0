using System.Globalization;
using System.Text;

namespace ConsulKvTools.Kv.Documents;

/// <summary>
/// Keys as paths of files, and back. A part of a key between slashes is a name as it stands, but what not every file system takes as it is
/// becomes <c>%</c> and two hexadecimal digits for each byte of its UTF-8. A <c>%</c> at the end of a name is dropped on the way back: it
/// marks an empty part (<c>a/</c> is <c>a/%</c>), a file beside a folder of its name (<c>a</c> beside <c>a/b</c> is <c>a%</c>) and a device's name
/// (<c>con</c> is <c>con%</c>). <c>%+</c> at the end means that the part goes on in the next name, for parts longer than names may be.
/// </summary>
internal static class FolderNames
{
    /// <summary>What a name ends with that is to be dropped.</summary>
    public const string Mark = "%";

    /// <summary>What a name ends with that goes on in the next.</summary>
    private const string More = "%+";

    // Names have 255 bytes at most; the marks, and a temporary name beside it, need some of them.
    private const int LongestName = 200;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    // Windows takes con.txt for the device as well.
    private static readonly HashSet<string> Devices = new(
        ["con", "prn", "aux", "nul", "conin$", "conout$", .. Enumerable.Range(0, 10).SelectMany(number => new[] { "com" + number.ToString(CultureInfo.InvariantCulture), "lpt" + number.ToString(CultureInfo.InvariantCulture) })],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The names on the way to the file of a key; the last is the file's.</summary>
    public static List<string> Of(string key)
    {
        var names = new List<string>();
        foreach (var part in key.Split('/')) Append(names, part);
        return names;
    }

    /// <summary>The key of a file.</summary>
    /// <param name="path">The names on the way to it.</param>
    /// <param name="key">The key.</param>
    /// <param name="problem">Why it is none, without a full stop; null when it is one.</param>
    public static bool TryKey(IReadOnlyList<string> path, out string key, out string? problem)
    {
        (key, problem) = ("", null);
        var bytes = new List<byte>();
        for (var index = 0; index < path.Count; index++)
        {
            var name = path[index];
            var goesOn = name.EndsWith(More, StringComparison.Ordinal);
            if (goesOn) name = name.Substring(0, name.Length - More.Length);
            else name = name.TrimEnd(Mark[0]);
            if (!TryDecode(name, bytes))
            {
                problem = $"in the name '{Printable.Text(path[index], 120)}' a % is not followed by two hexadecimal digits; a % of its own is written %25";
                return false;
            }
            if (goesOn && index == path.Count - 1)
            {
                problem = $"the name '{Printable.Text(path[index], 120)}' says that it goes on, but it is a file";
                return false;
            }
            if (!goesOn && index < path.Count - 1) bytes.Add((byte)'/');
        }
        try
        {
            key = Strict.GetString([.. bytes]);
            return true;
        }
        catch (DecoderFallbackException)
        {
            problem = "the bytes of its names are no UTF-8";
            return false;
        }
    }

    /// <summary>The same name spelled so that it differs from itself by more than letter case: another letter is escaped at each turn.</summary>
    /// <param name="name">The name.</param>
    /// <param name="turn">From 1.</param>
    public static string Respelled(string name, int turn)
    {
        var text = new StringBuilder();
        for (var index = 0; index < name.Length; index++)
        {
            var letter = name[index];
            if (letter == '%' && index + 2 < name.Length && IsHex(name[index + 1]))
            {
                text.Append(name, index, 3);
                index += 2;
            }
            else if (turn > 0 && letter is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'))
            {
                turn--;
                Escape(text, letter.ToString());
            }
            else if (turn > 0 && letter > 127)
            {
                turn--;
                var whole = char.IsHighSurrogate(letter) ? name.Substring(index++, 2) : letter.ToString();
                Escape(text, whole);
            }
            else text.Append(letter);
        }
        return text.ToString();
    }

    private static void Append(List<string> names, string part)
    {
        if (part.Length == 0)
        {
            names.Add(Mark);
            return;
        }
        var name = new StringBuilder();
        var size = 0;
        for (var index = 0; index < part.Length; index++)
        {
            var isPair = index + 1 < part.Length && char.IsSurrogatePair(part[index], part[index + 1]);
            var character = part.Substring(index, isPair ? 2 : 1);
            var isLast = index + character.Length == part.Length;
            var before = name.Length;
            if (IsSafe(part, index, isLast)) name.Append(character);
            else Escape(name, character);
            var added = Encoding.UTF8.GetByteCount(name.ToString(before, name.Length - before));
            if (size + added > LongestName)
            {
                // A dot that comes to stand first would hide the name.
                var rest = name.ToString(before, name.Length - before) is "." ? "%2e" : name.ToString(before, name.Length - before);
                added = Encoding.UTF8.GetByteCount(rest);
                name.Length = before;
                names.Add(name + More);
                name.Clear().Append(rest);
                size = 0;
            }
            size += added;
            if (isPair) index++;
        }
        var whole = name.ToString();
        names.Add(!Devices.Contains(whole.Split('.')[0].TrimEnd(' ')) ? whole : whole.IndexOf('.') is >= 0 and var dot ? $"{whole.Substring(0, dot)}%2e{whole.Substring(dot + 1)}" : whole + Mark);
    }

    private static bool IsSafe(string part, int index, bool isLast)
    {
        var letter = part[index];
        if (letter < 128)
            return letter switch
            {
                // A name that begins with a dot is hidden, and .git is not a key.
                '.' => index > 0 && !isLast,
                ' ' => index > 0 && !isLast,
                '%' or '<' or '>' or ':' or '"' or '\\' or '|' or '?' or '*' => false,
                _ => letter is > ' ' and < (char)127,
            };
        // What looks the same written otherwise (marks that may be part of a letter or follow it), or cannot be seen, is spelled out.
        return CharUnicodeInfo.GetUnicodeCategory(part, index) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Control
            or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
    }

    private static void Escape(StringBuilder name, string character)
    {
        foreach (var unit in Encoding.UTF8.GetBytes(character)) name.Append('%').Append(unit.ToString("x2", CultureInfo.InvariantCulture));
    }

    private static bool TryDecode(string name, List<byte> bytes)
    {
        for (var index = 0; index < name.Length; index++)
        {
            if (name[index] != '%')
            {
                var isPair = index + 1 < name.Length && char.IsSurrogatePair(name[index], name[index + 1]);
                bytes.AddRange(Encoding.UTF8.GetBytes(name.Substring(index, isPair ? 2 : 1)));
                if (isPair) index++;
                continue;
            }
            if (index + 2 >= name.Length || !IsHex(name[index + 1]) || !IsHex(name[index + 2])) return false;
            bytes.Add(byte.Parse(name.Substring(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            index += 2;
        }
        return true;
    }

    private static bool IsHex(char letter) => letter is (>= '0' and <= '9') or (>= 'a' and <= 'f') or (>= 'A' and <= 'F');
}
