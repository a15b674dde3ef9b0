using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Lab;

/// <summary>A certificate with its key, as objects and as files. The files vanish with the lab that made them.</summary>
public class IssuedCertificate
{
    internal IssuedCertificate(CertificateLab lab, string name, X509Certificate2 certificate, AsymmetricAlgorithm key, CertificateAuthority? issuer, CertificateOptions options)
    {
        Certificate = certificate;
        PrivateKey = key;
        Issuer = issuer ?? (CertificateAuthority)this;
        Chain = issuer is null ? [] : [.. issuer.Path.Where(a => a.Issuer != a).Select(a => a.Certificate)];
        SentChain = options.IncludeChain ? Chain : [];
        X509Certificate2[] root = options.IncludeRoot && issuer is not null ? [issuer.Path[^1].Certificate] : [];
        CertificateFile = lab.Write($"{name}.pem", string.Concat(SentChain.Prepend(certificate).Concat(root).Select(c => c.ExportCertificatePem() + "\n")));
        KeyFile = lab.Write($"{name}-key.pem", key.ExportPkcs8PrivateKeyPem() + "\n");
        X509Certificate2[] pfx = [certificate, .. SentChain];
        PfxFile = lab.Write($"{name}.pfx", new X509Certificate2Collection(pfx).Export(X509ContentType.Pfx, PfxPassword)!);
    }

    /// <summary>The password of <see cref="PfxFile"/>.</summary>
    public const string PfxPassword = "lab";

    /// <summary>The certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The authority that signed it; itself when self-signed.</summary>
    public CertificateAuthority Issuer { get; }

    /// <summary>The intermediates between it and the root, nearest first, without the root.</summary>
    public IReadOnlyList<X509Certificate2> Chain { get; }

    /// <summary>The intermediates that a server using <see cref="CertificateFile"/> sends; empty when made without chain.</summary>
    public IReadOnlyList<X509Certificate2> SentChain { get; }

    /// <summary>PEM: the certificate, then the intermediates it sends.</summary>
    public string CertificateFile { get; }

    /// <summary>PEM: the private key (PKCS #8, not encrypted).</summary>
    public string KeyFile { get; }

    /// <summary>PFX with certificate, key and the intermediates it sends; the password is <see cref="PfxPassword"/>.</summary>
    public string PfxFile { get; }

    internal AsymmetricAlgorithm PrivateKey { get; }
}
