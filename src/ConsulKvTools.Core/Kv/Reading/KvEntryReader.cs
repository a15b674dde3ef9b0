using System.Text.Json;

namespace ConsulKvTools.Kv.Reading;

/// <summary>Entries of <c>/v1/kv</c>, each with its value.</summary>
/// <param name="context">What the answer says about all of them.</param>
/// <param name="prefix">What every key must begin with: a cache that serves another's answer is found out.</param>
internal sealed class KvEntryReader(KvReadContext context, string prefix) : KvElementReader<ConsulKvEntry>
{
    public override bool TryScan(ReadOnlySpan<byte> data, out ConsulKvEntry element, out int length)
    {
        if (!KvEntryScan.TryRead(data, context, out element!, out length)) return false;
        // Said by the thorough way, which is not in a hurry.
        return element.Key.StartsWith(prefix, StringComparison.Ordinal);
    }

    public override bool TryRead(ref Utf8JsonReader reader, out ConsulKvEntry element)
    {
        if (!KvJson.TryReadEntry(ref reader, context, out element!)) return false;
        KvNameReader.RequirePrefix(element.Key, prefix);
        return true;
    }
}
