using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ConsulKvTools.Sessions;

// X509CertificateLoader is .NET 9; the constructors below are the .NET 8 way and not obsolete there.
internal static partial class CertificateFiles
{
    private static IReadOnlyList<X509Certificate2> ParseCertificates(byte[] file)
    {
        if (Pem.Labels(file).Count == 0 && file.Length > 0 && file[0] == 0x30) return [new X509Certificate2(file)];
        var all = new X509Certificate2Collection();
        all.ImportFromPem(Encoding.ASCII.GetString(file));
        return [.. all];
    }

    private static X509Certificate2 LoadPfx(byte[] file, string? password) => new(file, password, X509KeyStorageFlags.DefaultKeySet);

    /// <summary>
    /// Whether the key can be read and belongs to another certificate. .NET throws an ArgumentException for it up to version 9 and the
    /// same as for a damaged key since, so the public keys are compared.
    /// </summary>
    private static bool IsKeyOfAnother(X509Certificate2 certificate, byte[] keyPem, string? password)
    {
        var text = Encoding.ASCII.GetString(keyPem);
        var own = certificate.PublicKey.ExportSubjectPublicKeyInfo();
        foreach (var key in new AsymmetricAlgorithm[] { RSA.Create(), ECDsa.Create() })
        {
            using (key)
            {
                try
                {
                    if (password is null) key.ImportFromPem(text);
                    else key.ImportFromEncryptedPem(text, password);
                    return !key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(own);
                }
                catch (Exception error) when (error is CryptographicException or ArgumentException)
                {
                    // Of the other kind, or damaged.
                }
            }
        }
        return false;
    }

    private static X509Certificate2 JoinKey(X509Certificate2 certificate, byte[] keyPem, string? password)
    {
        var certificatePem = certificate.ExportCertificatePem();
        var keyText = Encoding.ASCII.GetString(keyPem);
        var joined = password is null
            ? X509Certificate2.CreateFromPem(certificatePem, keyText)
            : X509Certificate2.CreateFromEncryptedPem(certificatePem, keyText, password);
        if (!OperatingSystem.IsWindows()) return joined;
        // SChannel cannot use the ephemeral key that PEM gives; a round trip through PFX makes one it can use.
        using (joined) return new X509Certificate2(joined.Export(X509ContentType.Pkcs12));
    }
}
