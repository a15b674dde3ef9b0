using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Sessions;

/// <summary>Reads the certificates a session is told to use, and says exactly what is wrong with a file that cannot be used.</summary>
internal static partial class CertificateFiles
{
    /// <summary>The certificates of a PEM (or single DER) file. Adds a finding and gives none when there are none.</summary>
    public static IReadOnlyList<X509Certificate2> ReadAuthorities(string file, string source, List<ConsulFinding> findings)
    {
        void Unreadable(string problem) =>
            findings.Add(ConsulFinding.Create("Config.CaFileUnreadable", ("file", file), ("source", source), ("variable", source), ("problem", problem)));

        if (Directory.Exists(file))
        {
            Unreadable("it is a folder: use -CAPath or CONSUL_CAPATH");
            return [];
        }
        try
        {
            var bytes = File.ReadAllBytes(file);
            var certificates = ParseCertificates(bytes);
            if (certificates.Count == 0)
                Unreadable(Pem.Labels(bytes) is { Count: > 0 } labels
                    ? $"it holds {string.Join(", ", labels)}, no CERTIFICATE"
                    : "it holds no PEM block CERTIFICATE");
            return certificates;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            Unreadable("the file does not exist");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            Unreadable(error is UnauthorizedAccessException ? "this user may not read it" : error.GetType().Name);
        }
        catch (CryptographicException)
        {
            Unreadable("a CERTIFICATE block in it is damaged");
        }
        return [];
    }

    /// <summary>The certificates of every file in a folder; files that hold none are passed over.</summary>
    public static IReadOnlyList<X509Certificate2> ReadAuthorityFolder(string folder, string source, List<ConsulFinding> findings)
    {
        var certificates = new List<X509Certificate2>();
        if (Directory.Exists(folder))
        {
            foreach (var file in Directory.EnumerateFiles(folder).OrderBy(name => name, StringComparer.Ordinal))
            {
                var ignored = new List<ConsulFinding>();
                certificates.AddRange(ReadAuthorities(file, source, ignored));
            }
        }
        if (certificates.Count == 0)
            findings.Add(ConsulFinding.Create("Config.CaPathEmpty", ("file", folder), ("source", source), ("variable", source),
                ("problem", Directory.Exists(folder) ? "no file in it holds a CERTIFICATE" : "the folder does not exist")));
        return certificates;
    }

    /// <summary>Adds the client certificate that <paramref name="certificate"/> (PEM, PFX or thumbprint) and <paramref name="key"/> name.</summary>
    public static TlsSettings AddClientCertificate(
        TlsSettings tls, string? certificate, string? key, string? password, string source, List<ConsulFinding> findings)
    {
        if (certificate is null)
        {
            findings.Add(ConsulFinding.Create("Config.ClientCertWithoutKey", ("file", key), ("source", "CONSUL_CLIENT_KEY"), ("problem", "a key is given without a certificate"), ("variable", "CONSUL_CLIENT_CERT")));
            return tls;
        }
        void Unreadable(string file, string problem) =>
            findings.Add(ConsulFinding.Create("Config.ClientCertificateUnreadable", ("file", file), ("source", source), ("variable", source), ("problem", problem)));

        if (LooksLikeThumbprint(certificate) && !File.Exists(certificate))
        {
            if (FindInStore(certificate) is { } stored) return tls with { ClientCertificate = stored };
            findings.Add(ConsulFinding.Create("Config.CertificateStoreThumbprintNotFound", ("value", certificate), ("source", source), ("variable", source)));
            return tls;
        }
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(certificate);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            Unreadable(certificate, error is FileNotFoundException or DirectoryNotFoundException ? "the file does not exist"
                : error is UnauthorizedAccessException ? "this user may not read it" : error.GetType().Name);
            return tls;
        }
        try
        {
            if (Pem.Labels(bytes).Count == 0) return tls with { ClientCertificate = LoadPfx(bytes, password) };
            var chain = ParseCertificates(bytes);
            if (chain.Count == 0)
            {
                Unreadable(certificate, "it holds no PEM block CERTIFICATE");
                return tls;
            }
            var keyIsInside = Pem.Labels(bytes).Any(label => label.EndsWith("PRIVATE KEY", StringComparison.Ordinal));
            if (key is null && !keyIsInside)
            {
                findings.Add(ConsulFinding.Create("Config.ClientCertWithoutKey", ("file", certificate), ("source", source), ("problem", "a certificate is given without its key"), ("variable", "CONSUL_CLIENT_KEY")));
                return tls;
            }
            return WithKey(tls, chain, key, keyIsInside ? bytes : null, password, source, findings);
        }
        catch (CryptographicException)
        {
            Unreadable(certificate, Pem.Labels(bytes).Count == 0
                ? password is null ? "it is neither PEM nor a PFX without password" : "it is no PFX that this password opens"
                : "a CERTIFICATE block in it is damaged");
            return tls;
        }
    }

    private static TlsSettings WithKey(
        TlsSettings tls, IReadOnlyList<X509Certificate2> chain, string? key, byte[]? inside, string? password, string source, List<ConsulFinding> findings)
    {
        void Unreadable(string problem) =>
            findings.Add(ConsulFinding.Create("Config.ClientCertificateUnreadable", ("file", key), ("source", source), ("variable", "CONSUL_CLIENT_KEY"), ("problem", problem)));
        byte[] keyBytes;
        try
        {
            keyBytes = key is null ? inside! : File.ReadAllBytes(key);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            Unreadable(error is FileNotFoundException or DirectoryNotFoundException ? "the key file does not exist"
                : error is UnauthorizedAccessException ? "this user may not read the key file" : error.GetType().Name);
            return tls;
        }
        if (!Pem.Labels(keyBytes).Any(label => label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)))
        {
            Unreadable("it holds no PEM block PRIVATE KEY");
            return tls;
        }
        try
        {
            return tls with { ClientCertificate = JoinKey(chain[0], keyBytes, password), ClientCertificateChain = chain.Skip(1).ToArray() };
        }
        catch (Exception error) when (error is ArgumentException || (error is CryptographicException && IsKeyOfAnother(chain[0], keyBytes, password)))
        {
            findings.Add(ConsulFinding.Create("Config.CertKeyMismatch", ("file", key), ("source", source), ("subject", chain[0].Subject), ("variable", "CONSUL_CLIENT_KEY")));
        }
        catch (CryptographicException)
        {
            Unreadable(password is null ? "its private key is damaged, of an unknown kind, or encrypted and no password was given" : "its private key is damaged or the password is wrong");
        }
        return tls;
    }

    private static X509Certificate2? FindInStore(string thumbprint)
    {
        foreach (var location in new[] { StoreLocation.CurrentUser, StoreLocation.LocalMachine })
        {
            using var store = new X509Store(StoreName.My, location);
            try
            {
                store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            }
            catch (CryptographicException)
            {
                continue;
            }
            var found = store.Certificates.Find(X509FindType.FindByThumbprint, thumbprint, validOnly: false);
            if (found.Count > 0) return found[0];
        }
        return null;
    }

    private static bool LooksLikeThumbprint(string text) =>
        text.Length is 40 or 64 && Array.TrueForAll(text.ToCharArray(), letter => letter is (>= '0' and <= '9') or (>= 'a' and <= 'f') or (>= 'A' and <= 'F'));
}
