using System.Globalization;
using System.Text;

namespace ConsulKvTools.Kv.Documents;

/// <summary>Reads Java's properties by the rules of <c>Properties.load</c>, in UTF-8 (of which ASCII is a part): dots in names are slashes.</summary>
/// <param name="name">What a person would call the document.</param>
/// <param name="open">Opens it.</param>
internal sealed class PropertiesReader(string name, Func<Stream> open) : KvDocumentReader(name)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public override IEnumerable<IReadOnlyList<KvDocumentItem>> Read(CancellationToken cancellation)
    {
        var items = new List<KvDocumentItem>();
        var lines = Lines();
        for (var index = 0; index < lines.Length; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var first = index + 1;
            var line = lines[index].TrimStart(' ', '\t', '\f');
            if (line.Length == 0 || line[0] is '#' or '!') continue;
            // A line goes on when the backslashes at its end are odd in number.
            while ((line.Length - line.TrimEnd('\\').Length) % 2 == 1)
            {
                line = line.Substring(0, line.Length - 1);
                if (index + 1 == lines.Length) break;
                line += lines[++index].TrimStart(' ', '\t', '\f');
            }
            items.Add(new KvDocumentItem(Item(line, first), first));
        }
        yield return items;
    }

    private string[] Lines()
    {
        using var stream = open();
        using var reader = new StreamReader(stream, Strict, detectEncodingFromByteOrderMarks: true);
        try
        {
            return reader.ReadToEnd().Replace("\r\n", "\n").Replace('\r', '\n').Split('\n');
        }
        catch (DecoderFallbackException error)
        {
            throw DocumentFault.Malformed(Name, "somewhere in it", "there are bytes that are no UTF-8; write it as UTF-8, or in ASCII with \\u escapes", error);
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw DocumentFault.Unreadable(Name, error);
        }
    }

    private ConsulKvEntry Item(string line, int number)
    {
        var at = 0;
        while (at < line.Length && line[at] is not ('=' or ':' or ' ' or '\t' or '\f')) at += line[at] == '\\' ? 2 : 1;
        at = Math.Min(at, line.Length);
        var key = Unescaped(line.Substring(0, at), number).Replace('.', '/');
        while (at < line.Length && line[at] is ' ' or '\t' or '\f') at++;
        if (at < line.Length && line[at] is '=' or ':') at++;
        while (at < line.Length && line[at] is ' ' or '\t' or '\f') at++;
        var value = Unescaped(line.Substring(at), number);
        if (key.Length == 0) throw DocumentFault.Malformed(Name, $"line {number}", "a value stands without a name; write name=value");
        if (KvKey.HasLoneSurrogate(key) || KvKey.HasLoneSurrogate(value)) throw DocumentFault.Malformed(Name, $"line {number}", $"{Printable.Text(key, 120)} holds half of a surrogate pair; give both halves as \\u escapes");
        return new ConsulKvEntry { Key = key, Bytes = Encoding.UTF8.GetBytes(value) };
    }

    private string Unescaped(string text, int line)
    {
        if (text.IndexOf('\\') < 0) return text;
        var plain = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] != '\\' || ++index == text.Length)
            {
                if (index < text.Length) plain.Append(text[index]);
                continue;
            }
            switch (text[index])
            {
                case 't': plain.Append('\t'); break;
                case 'n': plain.Append('\n'); break;
                case 'r': plain.Append('\r'); break;
                case 'f': plain.Append('\f'); break;
                case 'u':
                    if (index + 5 > text.Length || !ushort.TryParse(text.Substring(index + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
                        throw DocumentFault.Malformed(Name, $"line {line}", "\\u is not followed by four hexadecimal digits; a backslash of its own is written \\\\");
                    plain.Append((char)unit);
                    index += 4;
                    break;
                default: plain.Append(text[index]); break;
            }
        }
        return plain.ToString();
    }
}
