namespace ConsulKvTools.Kv.Reading;

/// <summary>Reads an entry in the order and without the spaces in which every Consul since 0.x writes it.</summary>
internal static class KvEntryScan
{
    /// <summary>False for every other shape, and when some of it is still missing.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, in KvReadContext context, out ConsulKvEntry? entry, out int length)
    {
        entry = null;
        length = 0;
        var scan = new JsonScan(data);
        string? lockSession = null;
        byte[] bytes = [];
        if (!scan.TryLiteral("{\"LockIndex\":"u8) || !scan.TryNumber(out var locked)
            || !scan.TryLiteral(",\"Key\":"u8) || !scan.TryText(out var key) || key!.Length == 0
            || !scan.TryLiteral(",\"Flags\":"u8) || !scan.TryNumber(out var flags)
            || !scan.TryLiteral(",\"Value\":"u8) || !(scan.TryLiteral("null"u8) || scan.TryBase64(out bytes))
            || (scan.TryLiteral(",\"Session\":"u8) && !scan.TryText(out lockSession))
            || !scan.TryLiteral(",\"CreateIndex\":"u8) || !scan.TryNumber(out var create)
            || !scan.TryLiteral(",\"ModifyIndex\":"u8) || !scan.TryNumber(out var modify)
            || !scan.TryLiteral("}"u8)) return false;
        length = scan.Position;
        entry = context.EntryOf(key!, bytes, flags, create, modify, locked, lockSession);
        return true;
    }
}
