namespace ConsulKvTools.Kv.Documents;

/// <summary>Bytes as hexadecimal digits; .NET Framework has none of its own without hyphens.</summary>
internal static class Hexadecimal
{
    /// <summary>In lower case.</summary>
    public static string Of(byte[] bytes) => BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
}
