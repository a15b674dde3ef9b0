namespace ConsulKvTools.Http;

/// <summary>As much of HTTP/2 as is needed to know it when it answers.</summary>
internal static class Http2
{
    private const byte SettingsFrame = 4;

    /// <summary>True for a SETTINGS frame (RFC 9113 6.5), which an HTTP/2 server sends first and unasked: length, type 4, no ACK, stream 0.</summary>
    public static bool StartsWithSettings(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 9 && bytes[0] == 0 && bytes[1] == 0 && bytes[3] == SettingsFrame && bytes[4] == 0
        && bytes[5] == 0 && bytes[6] == 0 && bytes[7] == 0 && bytes[8] == 0;
}
