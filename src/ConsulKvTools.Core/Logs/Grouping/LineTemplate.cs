namespace ConsulKvTools.Logs.Grouping;

/// <summary>What lines of one kind have in common: their message with numbers, ids, quoted texts and the rest of paths taken out.</summary>
internal static class LineTemplate
{
    private const int Longest = 400;
    private const int ShortestId = 8;

    /// <summary>The template.</summary>
    public static string Of(ReadOnlySpan<char> module, ReadOnlySpan<char> message)
    {
        Span<char> buffer = stackalloc char[Longest];
        var length = 0;
        module.Slice(0, Math.Min(module.Length, 60)).CopyTo(buffer);
        length = Math.Min(module.Length, 60);
        for (var index = 0; index < message.Length && length < Longest - 1; index++)
        {
            var letter = message[index];
            if (IsHex(letter) && (index == 0 || !char.IsLetterOrDigit(message[index - 1])))
            {
                // A word of hexadecimal digits, with at least one that is no letter, is an id or a number.
                var end = index;
                var digits = false;
                while (end < message.Length && (IsHex(message[end]) || (message[end] == '-' && end - index >= ShortestId))) digits |= char.IsDigit(message[end++]);
                if (digits && (end == message.Length || !char.IsLetter(message[end]) || end - index >= ShortestId))
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
        return buffer.Slice(0, length).ToString();
    }

    private static bool IsHex(char letter) => (uint)(letter - '0') <= 9 || (uint)((letter | 0x20) - 'a') <= 5;
}
