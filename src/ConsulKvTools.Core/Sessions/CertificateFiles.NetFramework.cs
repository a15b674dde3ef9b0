using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Sessions;

internal static partial class CertificateFiles
{
    private static readonly Regex Block = new(
        "-----BEGIN (?<label>[^-]+)-----(?<body>[^-]+)-----END \\k<label>-----", RegexOptions.CultureInvariant);

    private static IReadOnlyList<X509Certificate2> ParseCertificates(byte[] file)
    {
        if (Pem.Labels(file).Count == 0 && file.Length > 0 && file[0] == 0x30) return [new X509Certificate2(file)];
        return Blocks(file).Where(block => block.Label is "CERTIFICATE" or "X509 CERTIFICATE")
            .Select(block => new X509Certificate2(block.Body)).ToArray();
    }

    private static X509Certificate2 LoadPfx(byte[] file, string? password) => new(file, password, X509KeyStorageFlags.DefaultKeySet);

    /// <summary>.NET Framework tells a key of another certificate from a damaged one itself, with an ArgumentException.</summary>
    private static bool IsKeyOfAnother(X509Certificate2 certificate, byte[] keyPem, string? password) => false;

    private static X509Certificate2 JoinKey(X509Certificate2 certificate, byte[] keyPem, string? password)
    {
        var (label, body) = Blocks(keyPem).First(block => block.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal));
        if (label == "ENCRYPTED PRIVATE KEY" || password is not null)
            throw new CryptographicException("Encrypted PEM keys need PowerShell 7; use a PFX here.");
        var pkcs8 = label switch
        {
            "PRIVATE KEY" => body,
            "RSA PRIVATE KEY" => WrapInPkcs8(body, "1.2.840.113549.1.1.1", curve: null),
            "EC PRIVATE KEY" => WrapInPkcs8(body, "1.2.840.10045.2.1", CurveOf(body)),
            _ => throw new CryptographicException($"A key of kind {label} cannot be used."),
        };
        using var key = CngKey.Import(pkcs8, CngKeyBlobFormat.Pkcs8PrivateBlob);
        // An imported key may not leave unless it is said that it may, and the round trip below takes it out.
        key.SetProperty(new CngProperty("Export Policy", BitConverter.GetBytes((int)(CngExportPolicies.AllowExport | CngExportPolicies.AllowPlaintextExport)), CngPropertyOptions.None));
        X509Certificate2 joined;
        if (key.AlgorithmGroup == CngAlgorithmGroup.Rsa)
        {
            using var rsa = new RSACng(key);
            joined = certificate.CopyWithPrivateKey(rsa);
        }
        else
        {
            using var ecdsa = new ECDsaCng(key);
            joined = certificate.CopyWithPrivateKey(ecdsa);
        }
        // SChannel cannot use the ephemeral key that PEM gives; a round trip through PFX makes one it can use.
        using (joined) return new X509Certificate2(joined.Export(X509ContentType.Pkcs12), (string?)null, X509KeyStorageFlags.DefaultKeySet);
    }

    private static IEnumerable<(string Label, byte[] Body)> Blocks(byte[] file)
    {
        foreach (Match match in Block.Matches(Encoding.ASCII.GetString(file)))
        {
            byte[] body;
            try
            {
                body = Convert.FromBase64String(match.Groups["body"].Value);
            }
            catch (FormatException damaged)
            {
                throw new CryptographicException("A PEM block is damaged.", damaged);
            }
            yield return (match.Groups["label"].Value, body);
        }
    }

    private static byte[] WrapInPkcs8(byte[] key, string algorithm, string? curve)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(algorithm);
                if (curve is null) writer.WriteNull();
                else writer.WriteObjectIdentifier(curve);
            }
            writer.WriteOctetString(key);
        }
        return writer.Encode();
    }

    private static string CurveOf(byte[] ecPrivateKey)
    {
        var key = new AsnReader(ecPrivateKey, AsnEncodingRules.DER).ReadSequence();
        key.ReadInteger();
        key.ReadOctetString();
        return key.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadObjectIdentifier();
    }
}
