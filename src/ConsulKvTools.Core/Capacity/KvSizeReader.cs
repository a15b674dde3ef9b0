using System.Text.Json;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Capacity;

/// <summary>Entries of <c>/v1/kv</c> of which the values are counted and dropped.</summary>
/// <param name="prefix">What every key must begin with.</param>
internal sealed class KvSizeReader(string prefix) : KvElementReader<KvSize>
{
    public override bool TryScan(ReadOnlySpan<byte> data, out KvSize element, out int length)
    {
        element = default;
        length = 0;
        var scan = new JsonScan(data);
        string? lockSession = null;
        var bytes = 0;
        if (!scan.TryLiteral("{\"LockIndex\":"u8) || !scan.TryNumber(out var locked)
            || !scan.TryLiteral(",\"Key\":"u8) || !scan.TryText(out var key) || key!.Length == 0
            || !scan.TryLiteral(",\"Flags\":"u8) || !scan.TryNumber(out var flags)
            || !scan.TryLiteral(",\"Value\":"u8) || !(scan.TryLiteral("null"u8) || scan.TryBase64Size(out bytes))
            || (scan.TryLiteral(",\"Session\":"u8) && !scan.TryText(out lockSession))
            || !scan.TryLiteral(",\"CreateIndex\":"u8) || !scan.TryNumber(out var create)
            || !scan.TryLiteral(",\"ModifyIndex\":"u8) || !scan.TryNumber(out var modify)
            || !scan.TryLiteral("}"u8)) return false;
        element = new KvSize(key!, bytes, flags, locked, !string.IsNullOrEmpty(lockSession), create, modify);
        length = scan.Position;
        return key!.StartsWith(prefix, StringComparison.Ordinal);
    }

    public override bool TryRead(ref Utf8JsonReader reader, out KvSize element)
    {
        element = default;
        if (!KvJson.TryReadEntry(ref reader, default, out var entry)) return false;
        KvNameReader.RequirePrefix(entry!.Key, prefix);
        element = new KvSize(entry.Key, entry.Bytes.Length, entry.Flags, entry.LockIndex, entry.LockSession is not null, entry.CreateIndex, entry.ModifyIndex);
        return true;
    }
}
