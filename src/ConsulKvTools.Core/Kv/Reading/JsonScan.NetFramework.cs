namespace ConsulKvTools.Kv.Reading;

internal ref partial struct JsonScan
{
    private static string Decode(ReadOnlySpan<byte> text) => Strict.GetString(text.ToArray());
}
