using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Lab;

/// <summary>Makes certificates of every kind, sound and faulty, while a test runs. Disposing removes the files.</summary>
public sealed class CertificateLab : IDisposable, IAsyncDisposable
{
    private const string ServerAuthOid = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthOid = "1.3.6.1.5.5.7.3.2";
    private readonly LabDirectory _directory = LabDirectory.Create("certs");
    private int _files;

    /// <summary>The folder all files are written to.</summary>
    public string Folder => _directory.Path;

    /// <summary>Makes a root authority.</summary>
    /// <param name="name">Its common name.</param>
    /// <param name="options">What else it says; null is a sound one. Names and extended key usages are left out.</param>
    public CertificateAuthority Authority(string name = "Lab CA", CertificateOptions? options = null) => Authority(name, options, null);

    /// <summary>Makes a certificate that signed itself and is no authority.</summary>
    /// <param name="names">DNS names and IP addresses.</param>
    public IssuedCertificate SelfSigned(params string[] names) => Issue(Named(names), null);

    /// <summary>Makes a certificate that signed itself and says exactly what the options say.</summary>
    public IssuedCertificate SelfSigned(CertificateOptions options) => Issue(options, null);

    /// <summary>Makes a folder with the certificates of some authorities, one file each, as <c>CONSUL_CAPATH</c> wants it.</summary>
    public string AuthorityFolder(params CertificateAuthority[] authorities)
    {
        var folder = Directory.CreateDirectory(_directory.PathOf($"ca-{Interlocked.Increment(ref _files)}")).FullName;
        for (var i = 0; i < authorities.Length; i++) File.Copy(authorities[i].CertificateFile, Path.Combine(folder, $"ca{i}.pem"));
        return folder;
    }

    /// <summary>Makes one file with the certificates of some authorities.</summary>
    public string AuthorityBundle(params CertificateAuthority[] authorities) =>
        Write("bundle.pem", string.Concat(authorities.Select(a => File.ReadAllText(a.CertificateFile))));

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    internal static CertificateOptions Named(string[] names) => new()
    {
        DnsNames = [.. names.Where(n => !IPAddress.TryParse(n, out _))],
        IpAddresses = [.. names.Where(n => IPAddress.TryParse(n, out _))],
    };

    internal static string CommonNameOf(X509Certificate2 certificate) => certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    internal CertificateAuthority Authority(string name, CertificateOptions? options, CertificateAuthority? issuer)
    {
        options = (options ?? new()) with { CommonName = name, DnsNames = [], IpAddresses = [], IpAddressesAsDnsNames = [], Uris = [] };
        var (certificate, key) = Make(options, issuer, authority: true);
        return new(this, FileName(name), certificate, key, issuer);
    }

    internal IssuedCertificate Issue(CertificateOptions options, CertificateAuthority? issuer)
    {
        var (certificate, key) = Make(options, issuer, authority: false);
        var name = FileName(CommonNameOf(certificate));
        // A self-signed certificate is its own trust anchor, so it is given the shape of an authority.
        return issuer is null
            ? new CertificateAuthority(this, name, certificate, key, null)
            : new IssuedCertificate(this, name, certificate, key, issuer, options);
    }

    internal string Write(string name, string text)
    {
        var file = _directory.PathOf(name);
        File.WriteAllText(file, text);
        return file;
    }

    internal string Write(string name, byte[] bytes)
    {
        var file = _directory.PathOf(name);
        File.WriteAllBytes(file, bytes);
        return file;
    }

    private static (X509Certificate2 Certificate, AsymmetricAlgorithm Key) Make(CertificateOptions options, CertificateAuthority? issuer, bool authority)
    {
        var key = NewKey(options.Key);
        var hash = new HashAlgorithmName(options.SignatureHash);
        var name = options.CommonName ?? options.DnsNames.Concat(options.IpAddresses).Concat(options.IpAddressesAsDnsNames).FirstOrDefault() ?? "lab";
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = key is RSA rsa
            ? new CertificateRequest(subject.Build(), rsa, hash, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject.Build(), (ECDsa)key, hash);
        AddExtensions(request, options, issuer, authority);

        // A generator, because the convenient overload refuses to sign what outlives its issuer or comes from no authority.
        var signer = issuer?.PrivateKey ?? key;
        var generator = signer is RSA signingRsa
            ? X509SignatureGenerator.CreateForRSA(signingRsa, RSASignaturePadding.Pkcs1)
            : X509SignatureGenerator.CreateForECDsa((ECDsa)signer);
        var from = options.NotBefore ?? DateTimeOffset.UtcNow.AddDays(-1);
        var until = options.NotAfter ?? DateTimeOffset.UtcNow.AddYears(1);
        if (until < from) from = until.AddDays(-30);
        using var bare = request.Create(issuer?.Certificate.SubjectName ?? request.SubjectName, generator, from, until, RandomNumberGenerator.GetBytes(16));
        var certificate = key is RSA ownRsa ? bare.CopyWithPrivateKey(ownRsa) : bare.CopyWithPrivateKey((ECDsa)key);
        return (certificate, key);
    }

    private static void AddExtensions(CertificateRequest request, CertificateOptions options, CertificateAuthority? issuer, bool authority)
    {
        var extensions = request.CertificateExtensions;
        var isAuthority = authority && options.IsAuthority;
        extensions.Add(new X509BasicConstraintsExtension(isAuthority, options.PathLength is not null, options.PathLength ?? 0, critical: true));
        extensions.Add(new X509KeyUsageExtension(
            options.KeyUsage ?? (isAuthority
                ? X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign
                : X509KeyUsageFlags.DigitalSignature | (options.Key is KeyKind.Rsa1024 or KeyKind.Rsa2048 ? X509KeyUsageFlags.KeyEncipherment : 0)),
            critical: true));
        var subjectKey = new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false);
        extensions.Add(subjectKey);
        var issuerKey = issuer?.Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().First() ?? subjectKey;
        extensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(issuerKey));

        if (!authority && options.ExtendedKeyUsage)
        {
            var usages = new OidCollection();
            if (options.ServerAuth) usages.Add(new(ServerAuthOid));
            if (options.ClientAuth) usages.Add(new(ClientAuthOid));
            extensions.Add(new X509EnhancedKeyUsageExtension(usages, critical: false));
        }
        if (options.DnsNames.Count + options.IpAddresses.Count + options.IpAddressesAsDnsNames.Count + options.Uris.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var dns in options.DnsNames.Concat(options.IpAddressesAsDnsNames)) names.AddDnsName(dns);
            foreach (var ip in options.IpAddresses) names.AddIpAddress(IPAddress.Parse(ip));
            foreach (var uri in options.Uris) names.AddUri(new(uri));
            extensions.Add(names.Build());
        }
        if (options.PermittedDnsDomain is { } domain) extensions.Add(NameConstraint(domain));
        if (options.UnknownCriticalExtension) extensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", [0x05, 0x00], critical: true));
        if (options.IssuerUrl is { } aia) extensions.Add(new X509AuthorityInformationAccessExtension([], [aia]));
        if (options.RevocationListUrl is { } crl) extensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([crl]));
    }

    // NameConstraints ::= SEQUENCE { [0] { SEQUENCE { [2] dNSName } } }; .NET has no builder for it.
    private static X509Extension NameConstraint(string domain)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new(System.Formats.Asn1.TagClass.ContextSpecific, 0)))
        using (writer.PushSequence())
            writer.WriteCharacterString(System.Formats.Asn1.UniversalTagNumber.IA5String, domain, new(System.Formats.Asn1.TagClass.ContextSpecific, 2));
        return new("2.5.29.30", writer.Encode(), critical: true);
    }

    private static AsymmetricAlgorithm NewKey(KeyKind kind) => kind switch
    {
        KeyKind.EcdsaP256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        KeyKind.EcdsaP384 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        KeyKind.Rsa2048 => RSA.Create(2048),
        KeyKind.Rsa1024 => RSA.Create(1024),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private string FileName(string name) =>
        $"{string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-'))}-{Interlocked.Increment(ref _files)}";
}
