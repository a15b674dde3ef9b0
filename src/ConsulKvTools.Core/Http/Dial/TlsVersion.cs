namespace ConsulKvTools.Http;

/// <summary>TLS versions as they stand on the wire.</summary>
internal static class TlsVersion
{
    public const int Tls10 = 0x0301;
    public const int Tls11 = 0x0302;
    public const int Tls12 = 0x0303;
    public const int Tls13 = 0x0304;

    /// <summary>The version's usual name.</summary>
    public static string NameOf(int version) => version switch
    {
        0x0300 => "SSL 3.0",
        Tls10 => "TLS 1.0",
        Tls11 => "TLS 1.1",
        Tls12 => "TLS 1.2",
        Tls13 => "TLS 1.3",
        _ => "0x" + version.ToString("X4", System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>Their names in ascending order, leaving out GREASE values (RFC 8701).</summary>
    public static string NamesOf(IEnumerable<int> versions) =>
        string.Join(", ", versions.Where(version => version is >= 0x0300 and <= Tls13).OrderBy(version => version).Select(NameOf));
}
