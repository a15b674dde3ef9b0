using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Lab;

/// <summary>What a certificate says. The defaults are a sound one, valid from yesterday for a year.</summary>
public sealed record CertificateOptions
{
    /// <summary>The subject's common name; null takes the first name, or a made-up one.</summary>
    public string? CommonName { get; set; }

    /// <summary>Subject alternative names of type DNS.</summary>
    public IReadOnlyList<string> DnsNames { get; set; } = [];

    /// <summary>Subject alternative names of type IP address.</summary>
    public IReadOnlyList<string> IpAddresses { get; set; } = [];

    /// <summary>Addresses wrongly written as DNS names, as hand-made certificates often have them.</summary>
    public IReadOnlyList<string> IpAddressesAsDnsNames { get; set; } = [];

    /// <summary>Subject alternative names of type URI.</summary>
    public IReadOnlyList<string> Uris { get; set; } = [];

    /// <summary>When it begins to be valid; null is yesterday.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>When it ends; null is a year from now.</summary>
    public DateTimeOffset? NotAfter { get; set; }

    /// <summary>True says it may identify a server.</summary>
    public bool ServerAuth { get; set; } = true;

    /// <summary>True says it may identify a client. Consul's servers need both, since they call each other.</summary>
    public bool ClientAuth { get; set; } = true;

    /// <summary>False leaves the extended key usage out altogether, which permits everything.</summary>
    public bool ExtendedKeyUsage { get; set; } = true;

    /// <summary>The key usages; null is what fits (signatures for a leaf, signing certificates for a CA).</summary>
    public X509KeyUsageFlags? KeyUsage { get; set; }

    /// <summary>The key.</summary>
    public KeyKind Key { get; set; }

    /// <summary>The hash the issuer signs with: SHA256, SHA384 or SHA1.</summary>
    public string SignatureHash { get; set; } = "SHA256";

    /// <summary>False leaves the intermediates out of the certificate file: a server with it sends only its own certificate.</summary>
    public bool IncludeChain { get; set; } = true;

    /// <summary>True puts the root into the certificate file too, so that a Go server sends it. A .NET server never sends a root.</summary>
    public bool IncludeRoot { get; set; }

    /// <summary>True adds a critical extension that nobody knows.</summary>
    public bool UnknownCriticalExtension { get; set; }

    /// <summary>For an authority: false leaves out that it is one.</summary>
    public bool IsAuthority { get; set; } = true;

    /// <summary>For an authority: how many authorities may stand below it; null says nothing.</summary>
    public int? PathLength { get; set; }

    /// <summary>For an authority: the only DNS domain it may certify (name constraint); null constrains nothing.</summary>
    public string? PermittedDnsDomain { get; set; }

    /// <summary>Where the issuer's certificate could be downloaded (AIA); null says nothing.</summary>
    public string? IssuerUrl { get; set; }

    /// <summary>Where the revocation list lies; null says nothing.</summary>
    public string? RevocationListUrl { get; set; }
}
