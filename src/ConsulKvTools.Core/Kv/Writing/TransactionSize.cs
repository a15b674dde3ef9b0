using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// How many bytes a write takes in the body of <c>/v1/txn</c>, exactly as <see cref="KvTransaction"/> writes it: names and values in
/// JSON, the value in base64. Servers hold the whole body against <c>limits.txn_max_req_len</c>, so a guess is not enough.
/// </summary>
internal static class TransactionSize
{
    /// <summary>The body's brackets, before any operation.</summary>
    public const int Empty = 2;

    /// <summary>Bytes of one operation, without the comma that parts it from the next. Allocates nothing.</summary>
    public static long Of(ConsulKvWrite write)
    {
        long size = """{"KV":{"Verb":"","Key":""}}""".Length + KvTransaction.VerbOf(write.Kind).Length + Escaped(write.Key);
        if (KvTransaction.HasIndex(write.Kind)) size += ",\"Index\":".Length + Digits(write.Kind == ConsulKvWriteKind.CreateOnly ? 0 : write.Index);
        if (KvTransaction.HasValue(write.Kind))
            size += ",\"Value\":\"\"".Length + (write.Value.Length + 2L) / 3 * 4 + ",\"Flags\":".Length + Digits(write.Flags);
        if (write.LockSession is { } session) size += ",\"Session\":\"\"".Length + Escaped(session);
        return size;
    }

    /// <summary>Bytes of an operation that sets a key, without the comma that parts it from the next, of a value of which only the size is known.</summary>
    public static long OfSet(string key, int valueBytes, ulong flags) =>
        """{"KV":{"Verb":"set","Key":"","Value":"","Flags":}}""".Length + Escaped(key) + (valueBytes + 2L) / 3 * 4 + Digits(flags);

    /// <summary>Bytes of a whole body of these operations.</summary>
    public static long Of(IReadOnlyList<ConsulKvWrite> writes)
    {
        long size = Empty + Math.Max(0, writes.Count - 1);
        for (var position = 0; position < writes.Count; position++) size += Of(writes[position]);
        return size;
    }

    /// <summary>Bytes of a text inside JSON's quotation marks. What the writer's encoder lets stand is ASCII, so its characters are bytes.</summary>
    private static long Escaped(string text)
    {
        if (IsPlain(text)) return text.Length;
        Span<char> buffer = stackalloc char[256];
        long size = 0;
        for (var rest = text.AsSpan(); ;)
        {
            var status = JavaScriptEncoder.Default.Encode(rest, buffer, out var read, out var written);
            size += written;
            if (status != OperationStatus.DestinationTooSmall) return size;
            rest = rest.Slice(read);
        }
    }

    private static bool IsPlain(string text)
    {
        foreach (var letter in text)
            if (letter is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '/' or '-' or '_' or '.')) return false;
        return true;
    }

    private static int Digits(ulong number)
    {
        if (number < 10) return 1;
        Span<byte> buffer = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, buffer, out var written);
        return written;
    }
}
