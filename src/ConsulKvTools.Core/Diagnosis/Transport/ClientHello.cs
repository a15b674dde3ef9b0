using System.Text;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>
/// A hand-made ClientHello that offers one version of TLS only. What a server answers to it tells more than any library would let
/// on, also about versions that this machine's own policy forbids.
/// </summary>
internal static class ClientHello
{
    private const int Tls12 = 0x0303, Tls13 = 0x0304;

    // Whatever was ever common: the question is whether there is a version at all, not whether it is a good one.
    private static readonly int[] OldSuites =
    [
        0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC023, 0xC027, 0xC024, 0xC028, 0xC009, 0xC013, 0xC00A, 0xC014,
        0x009E, 0x009F, 0x0033, 0x0039, 0x009C, 0x009D, 0x003C, 0x003D, 0x002F, 0x0035, 0x000A, 0x00FF,
    ];

    private static readonly int[] NewSuites = [0x1301, 0x1302, 0x1303];
    private static readonly int[] Groups = [0x001D, 0x0017, 0x0018, 0x0019];
    private static readonly int[] Signatures = [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];

    /// <summary>The bytes to send.</summary>
    /// <param name="version">0x0301 to 0x0304.</param>
    /// <param name="serverName">The name to ask for; null asks for none.</param>
    /// <param name="protocol">The protocol to offer by ALPN; null offers none.</param>
    /// <param name="length">Pads the message to at least this many bytes.</param>
    public static byte[] Create(int version, string? serverName = null, string? protocol = null, int length = 0)
    {
        var random = new byte[96];
        using (var source = System.Security.Cryptography.RandomNumberGenerator.Create()) source.GetBytes(random);
        var extensions = new List<byte>();
        if (serverName is not null)
        {
            var name = Encoding.ASCII.GetBytes(serverName);
            Extension(extensions, 0, [.. Two(name.Length + 3), 0, .. Two(name.Length), .. name]);
        }
        Extension(extensions, 10, Listed(Groups, 2));
        Extension(extensions, 11, [1, 0]);
        if (version >= Tls12) Extension(extensions, 13, Listed(Signatures, 2));
        if (protocol is not null)
        {
            var name = Encoding.ASCII.GetBytes(protocol);
            Extension(extensions, 16, [.. Two(name.Length + 1), (byte)name.Length, .. name]);
        }
        Extension(extensions, 23, []);
        if (version == Tls13)
        {
            Extension(extensions, 43, Listed([Tls13], 1));
            // Any 32 bytes are a public key of x25519.
            byte[] share = [.. Two(0x001D), .. Two(32), .. random.AsSpan(64, 32)];
            Extension(extensions, 51, [.. Two(share.Length), .. share]);
        }
        if (extensions.Count + 120 < length) Extension(extensions, 21, new byte[length - extensions.Count - 120]);

        byte[] body =
        [
            .. Two(Math.Min(version, Tls12)), .. random.AsSpan(0, 32), 32, .. random.AsSpan(32, 32),
            .. Listed(version == Tls13 ? NewSuites : OldSuites, 2), 1, 0, .. Two(extensions.Count), .. extensions,
        ];
        return [0x16, 3, 1, .. Two(body.Length + 4), 1, 0, .. Two(body.Length), .. body];
    }

    private static void Extension(List<byte> extensions, int kind, byte[] value)
    {
        extensions.AddRange(Two(kind));
        extensions.AddRange(Two(value.Length));
        extensions.AddRange(value);
    }

    private static byte[] Listed(int[] values, int lengthSize)
    {
        var bytes = values.SelectMany(Two).ToArray();
        return lengthSize == 1 ? [(byte)bytes.Length, .. bytes] : [.. Two(bytes.Length), .. bytes];
    }

    private static byte[] Two(int value) => [(byte)(value >> 8), (byte)value];
}
