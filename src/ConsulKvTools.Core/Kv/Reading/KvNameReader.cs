using System.Text.Json;

namespace ConsulKvTools.Kv.Reading;

/// <summary>Names of keys, as <c>?keys</c> lists them.</summary>
/// <param name="prefix">What every name must begin with.</param>
internal sealed class KvNameReader(string prefix) : KvElementReader<string>
{
    public override bool TryScan(ReadOnlySpan<byte> data, out string element, out int length)
    {
        var scan = new JsonScan(data);
        length = 0;
        if (!scan.TryText(out element!)) return false;
        length = scan.Position;
        return element.StartsWith(prefix, StringComparison.Ordinal);
    }

    public override bool TryRead(ref Utf8JsonReader reader, out string element)
    {
        element = "";
        if (!reader.Read()) return false;
        element = KvJson.Text(ref reader, "a name") ?? throw new KvBodyException("a name is null");
        RequirePrefix(element, prefix);
        return true;
    }

    /// <summary>Ends the read when a key was never asked for.</summary>
    /// <exception cref="KvBodyException">It was not.</exception>
    public static void RequirePrefix(string key, string prefix)
    {
        if (!key.StartsWith(prefix, StringComparison.Ordinal))
            throw new KvBodyException($"{Printable.Text(key, 120)} was not asked for: it does not begin with {Printable.Text(prefix, 120)}");
    }
}
