using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ConsulKvTools.Kv.Documents;

/// <summary>
/// Writes what <c>consul kv export</c> writes, byte for byte: Go's indentation by tabs, its escapes (<c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> as <c>\u003c</c> and so on,
/// all else as it is), <c>[]</c> for nothing.
/// </summary>
/// <param name="output">Where to; stays open.</param>
internal sealed class ConsulJsonWriter(Stream output) : KvDocumentWriter
{
    private const int FlushAt = 64 * 1024;

    private byte[] buffer = new byte[FlushAt];
    private int length;
    private bool any;

    /// <summary>True when some of it is given out.</summary>
    public bool HasWritten { get; private set; }

    /// <inheritdoc/>
    public override void Add(ConsulKvEntry entry)
    {
        Put(any ? ",\n\t{\n\t\t\"key\": \""u8 : "[\n\t{\n\t\t\"key\": \""u8);
        any = true;
        PutText(entry.Key);
        Put("\",\n\t\t\"flags\": "u8);
        PutNumber(entry.Flags);
        Put(",\n\t\t\"value\": \""u8);
        PutBase64(entry.Bytes);
        Put("\"\n\t}"u8);
        if (length >= FlushAt / 2) Flush();
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        Put(any ? "\n]\n"u8 : "[]\n"u8);
        Flush();
    }

    private void Flush()
    {
        HasWritten = true;
        output.Write(buffer, 0, length);
        length = 0;
    }

    private Span<byte> Room(int size)
    {
        if (buffer.Length - length < size)
        {
            Flush();
            if (buffer.Length < size) buffer = new byte[size];
        }
        return buffer.AsSpan(length);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        length += bytes.Length;
    }

    private void PutNumber(ulong number)
    {
        Utf8Formatter.TryFormat(number, Room(20), out var written);
        length += written;
    }

    private void PutBase64(byte[] bytes)
    {
        if (Base64.EncodeToUtf8(bytes, Room(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written) != OperationStatus.Done) throw new InvalidOperationException("The value was not encoded.");
        length += written;
    }

    private void PutText(string text)
    {
        var plain = true;
        foreach (var letter in text) plain &= letter is not (< ' ' or '"' or '\\' or '<' or '>' or '&' or '\u2028' or '\u2029');
        var bytes = Encoding.UTF8.GetBytes(plain ? text : Escaped(text));
        Put(bytes);
    }

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
            switch (letter)
            {
                case '"' or '\\': escaped.Append('\\').Append(letter); break;
                case '\n': escaped.Append("\\n"); break;
                case '\r': escaped.Append("\\r"); break;
                case '\t': escaped.Append("\\t"); break;
                case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029': escaped.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture)); break;
                default: escaped.Append(letter); break;
            }
        return escaped.ToString();
    }
}
