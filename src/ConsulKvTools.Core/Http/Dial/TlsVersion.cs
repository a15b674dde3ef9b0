namespace ConsulKvTools.Http;

/// <summary>TLS versions as they stand on the wire.</summary>
internal static class TlsVersion
{
    public const int Tls10 = 0x0301;
    public const int Tls11 = 0x0302;
    public const int Tls12 = 0x0303;
    public const int Tls13 = 0x0304;

    // The suites of TLS 1.0 and 1.1 that are still met: CBC with SHA-1. Everything else came with TLS 1.2.
    private static readonly int[] OldSuites =
        [0x000A, 0x0016, 0x002F, 0x0032, 0x0033, 0x0035, 0x0038, 0x0039, 0xC008, 0xC009, 0xC00A, 0xC012, 0xC013, 0xC014];

    /// <summary>Whether a cipher suite can be used with a version.</summary>
    public static bool Has(int version, int suite)
    {
        var isNew = suite >> 8 == 0x13;
        return version == Tls13 ? isNew : version == Tls12 ? !isNew && suite is not (0x00FF or 0x5600) : OldSuites.Contains(suite);
    }

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
