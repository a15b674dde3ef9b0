using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Logs.Grouping;

/// <summary>What lines of one kind have in common: their message with numbers, ids, quoted texts and the rest of paths taken out.</summary>
internal static class LineTemplate
{
    private const int Longest = 800;
    private const int LongestName = 60;
    private const int LongestNumber = 3;
    private const int ShortestId = 8;

    /// <summary>The template of lines that mean the same: small numbers that stand alone are left in it, for one may be an answer's status or an error's number.</summary>
    /// <returns>Null for a line that is too long for one: what makes the difference may stand behind.</returns>
    public static string? OfMeaning(ref LogRecord record)
    {
        if (record.Program.Length > LongestName || record.Module.Length > LongestName) return null;
        Span<char> buffer = stackalloc char[Longest];
        var length = 0;
        buffer[length++] = (char)('0' + (int)record.Level);
        Put(record.Program, buffer, ref length);
        buffer[length++] = ' ';
        Put(record.Module, buffer, ref length);
        buffer[length++] = ' ';
        return Fill(record.Message, buffer, ref length, keepsNumbers: true) ? buffer.Slice(0, length).ToString() : null;
    }

    /// <summary>The template of lines that read the same to people.</summary>
    public static string OfWords(ref LogRecord record)
    {
        Span<char> buffer = stackalloc char[Longest];
        var length = 0;
        Put(record.Module, buffer, ref length);
        Fill(record.Message, buffer, ref length, keepsNumbers: false);
        return buffer.Slice(0, length).ToString();
    }

    private static void Put(ReadOnlySpan<char> name, Span<char> buffer, ref int length)
    {
        name.Slice(0, Math.Min(name.Length, LongestName)).CopyTo(buffer.Slice(length));
        length += Math.Min(name.Length, LongestName);
    }

    // True when all of the message went in.
    private static bool Fill(ReadOnlySpan<char> message, Span<char> buffer, ref int length, bool keepsNumbers)
    {
        for (var index = 0; index < message.Length; index++)
        {
            if (length >= Longest - LongestNumber) return false;
            var letter = message[index];
            if (keepsNumbers && NumberAt(message, index) is > 0 and var digits)
            {
                message.Slice(index, digits).CopyTo(buffer.Slice(length));
                length += digits;
                index += digits - 1;
                continue;
            }
            if (IsHex(letter) && (index == 0 || !char.IsLetterOrDigit(message[index - 1])))
            {
                // A word of hexadecimal digits, with at least one that is no letter, is an id or a number.
                var end = index;
                var hasDigits = false;
                while (end < message.Length && (IsHex(message[end]) || (message[end] == '-' && end - index >= ShortestId))) hasDigits |= char.IsDigit(message[end++]);
                if (hasDigits && (end == message.Length || !char.IsLetter(message[end]) || end - index >= ShortestId))
                {
                    buffer[length++] = '0';
                    index = end - 1;
                    continue;
                }
            }
            if (char.IsDigit(letter))
            {
                if (length == 0 || buffer[length - 1] != '0') buffer[length++] = '0';
                continue;
            }
            buffer[length++] = letter;
            // Of a path of Consul's API what it is about: /v1/kv/… is a key, and each is another.
            if (letter == '/' && length >= 4 && buffer.Slice(length - 4, 4).SequenceEqual("/v0/".AsSpan()))
            {
                while (++index < message.Length && message[index] is not ('/' or ' ' or '"' or '?' or '\\') && length < Longest - 1) buffer[length++] = message[index];
                while (index < message.Length && message[index] is not (' ' or '"' or '\\')) index++;
                index--;
            }
        }
        return true;
    }

    /// <summary>How long the number is that stands alone here; 0 for none, and for what is a part of an address, a time or a name.</summary>
    private static int NumberAt(ReadOnlySpan<char> text, int index)
    {
        if ((uint)(text[index] - '0') > 9 || (index > 0 && text[index - 1] is not (' ' or '(' or '[' or '"' or '=' or '-'))) return 0;
        var end = index;
        while (end < text.Length && (uint)(text[end] - '0') <= 9) end++;
        if (end - index > LongestNumber) return 0;
        if (end == text.Length) return end - index;
        // A full stop or a colon ends a sentence, or goes on with more digits.
        return text[end] is '.' or ':' ? end + 1 < text.Length && char.IsLetterOrDigit(text[end + 1]) ? 0 : end - index
            : char.IsLetterOrDigit(text[end]) || text[end] is '-' or '/' or '_' ? 0 : end - index;
    }

    private static bool IsHex(char letter) => (uint)(letter - '0') <= 9 || (uint)((letter | 0x20) - 'a') <= 5;
}
