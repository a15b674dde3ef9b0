using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Lab;

/// <summary>A certificate authority, root or intermediate.</summary>
public sealed class CertificateAuthority : IssuedCertificate
{
    private readonly CertificateLab _lab;

    internal CertificateAuthority(CertificateLab lab, string name, X509Certificate2 certificate, AsymmetricAlgorithm key, CertificateAuthority? issuer)
        : base(lab, name, certificate, key, issuer, new() { IncludeChain = false })
    {
        _lab = lab;
        Path = issuer is null ? [this] : [this, .. issuer.Path];
    }

    /// <summary>This authority and those above it, the root last.</summary>
    internal IReadOnlyList<CertificateAuthority> Path { get; }

    /// <summary>Issues a certificate with the given names: those that are IP addresses become IP names, the others DNS names.</summary>
    public IssuedCertificate Issue(params string[] names) => Issue(CertificateLab.Named(names));

    /// <summary>Issues a certificate that says exactly what the options say.</summary>
    public IssuedCertificate Issue(CertificateOptions options) => _lab.Issue(options, this);

    /// <summary>Issues a client certificate.</summary>
    public IssuedCertificate IssueClient(string commonName) => Issue(new CertificateOptions { CommonName = commonName, ServerAuth = false });

    /// <summary>Makes an intermediate authority below this one.</summary>
    /// <param name="name">Its common name.</param>
    /// <param name="options">What else it says; null is a sound one.</param>
    public CertificateAuthority Intermediate(string name, CertificateOptions? options = null) => _lab.Authority(name, options, this);

    /// <summary>Makes the authority anew: same subject, other key. What the old one signed no longer fits.</summary>
    public CertificateAuthority Regenerate(CertificateOptions? options = null) =>
        _lab.Authority(CertificateLab.CommonNameOf(Certificate), options, Issuer == this ? null : Issuer);
}
