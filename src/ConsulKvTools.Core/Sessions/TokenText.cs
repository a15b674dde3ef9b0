using System.Text;

namespace ConsulKvTools.Sessions;

/// <summary>Reads the bytes of a token file. Windows PowerShell's <c>&gt;</c> and <c>Out-File</c> write UTF-16, which Consul takes letter by letter as it stands.</summary>
internal static class TokenText
{
    /// <summary>The text, and whether it was UTF-16: by its byte order mark, or by a zero in every second byte.</summary>
    public static (string Text, bool IsUtf16) Read(byte[] bytes)
    {
        if (StartsWith(bytes, 0xFF, 0xFE)) return (Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2), true);
        if (StartsWith(bytes, 0xFE, 0xFF)) return (Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2), true);
        if (HasZeros(bytes, first: 1)) return (Encoding.Unicode.GetString(bytes), true);
        if (HasZeros(bytes, first: 0)) return (Encoding.BigEndianUnicode.GetString(bytes), true);
        return (Encoding.UTF8.GetString(bytes), false);
    }

    private static bool StartsWith(byte[] bytes, byte first, byte second) => bytes.Length >= 2 && bytes[0] == first && bytes[1] == second;

    private static bool HasZeros(byte[] bytes, int first)
    {
        if (bytes.Length < 2) return false;
        for (var index = 0; index < bytes.Length; index++)
            if (bytes[index] == 0 != (index % 2 == first)) return false;
        return true;
    }
}
