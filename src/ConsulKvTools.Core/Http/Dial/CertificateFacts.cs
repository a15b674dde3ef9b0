using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Http;

/// <summary>What a certificate says about itself, read the same way on every platform.</summary>
internal static class CertificateFacts
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string AnyUsage = "2.5.29.37.0";
    private const string AlternativeNames = "2.5.29.17";
    private const string AuthorityKey = "2.5.29.35";
    private const string AuthorityAccess = "1.3.6.1.5.5.7.1.1";

    /// <summary>SHA-256 of the certificate as it was sent, in hexadecimal.</summary>
    public static string Fingerprint(X509Certificate2 certificate)
    {
        using var sha = SHA256.Create();
        return BitConverter.ToString(sha.ComputeHash(certificate.RawData)).Replace("-", "").ToLowerInvariant();
    }

    public static bool SameBytes(X509Certificate2 one, X509Certificate2 other) => one.RawData.AsSpan().SequenceEqual(other.RawData);

    public static bool SameName(X500DistinguishedName one, X500DistinguishedName other) => one.RawData.AsSpan().SequenceEqual(other.RawData);

    public static bool IsSelfIssued(X509Certificate2 certificate) => SameName(certificate.SubjectName, certificate.IssuerName);

    /// <summary>True when the extended key usage allows <paramref name="purpose"/>, or there is none, which allows everything.</summary>
    public static bool Allows(X509Certificate2 certificate, string purpose)
    {
        var found = false;
        foreach (var extension in certificate.Extensions)
        {
            if (extension is not X509EnhancedKeyUsageExtension usage) continue;
            found = true;
            foreach (var one in usage.EnhancedKeyUsages)
                if (one.Value == purpose || one.Value == AnyUsage) return true;
        }
        return !found;
    }

    /// <summary>The key usage bits; null without the extension, which allows everything.</summary>
    public static X509KeyUsageFlags? KeyUsage(X509Certificate2 certificate)
    {
        foreach (var extension in certificate.Extensions)
            if (extension is X509KeyUsageExtension usage) return usage.KeyUsages;
        return null;
    }

    /// <summary>Whether it may sign certificates; false without basic constraints.</summary>
    public static bool IsAuthority(X509Certificate2 certificate)
    {
        foreach (var extension in certificate.Extensions)
            if (extension is X509BasicConstraintsExtension constraints) return constraints.CertificateAuthority;
        return false;
    }

    /// <summary>Whether it is an authority whose key usage, where it says one, includes signing certificates.</summary>
    public static bool MaySignCertificates(X509Certificate2 certificate) =>
        IsAuthority(certificate) && (KeyUsage(certificate) is not { } usage || (usage & X509KeyUsageFlags.KeyCertSign) != 0);

    /// <summary>How many intermediates may stand below it; null when it does not say.</summary>
    public static int? PathLength(X509Certificate2 certificate)
    {
        foreach (var extension in certificate.Extensions)
            if (extension is X509BasicConstraintsExtension { HasPathLengthConstraint: true } constraints) return constraints.PathLengthConstraint;
        return null;
    }

    /// <summary>Whether <paramref name="certificate"/> names the key of <paramref name="issuer"/> as the one that signed it; false where either says nothing.</summary>
    public static bool IsKeyOf(X509Certificate2 issuer, X509Certificate2 certificate)
    {
        if (certificate.Extensions[AuthorityKey] is not { } extension) return false;
        var own = issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifier;
        try
        {
            var fields = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            var tag = new Asn1Tag(TagClass.ContextSpecific, 0);
            return fields.HasData && fields.PeekTag().HasSameClassAndValue(tag)
                && string.Equals(own, BitConverter.ToString(fields.ReadOctetString(tag)).Replace("-", ""), StringComparison.OrdinalIgnoreCase);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    public static bool HasAuthorityAccess(X509Certificate2 certificate) => certificate.Extensions[AuthorityAccess] is not null;

    /// <summary>RSA below 2048 bits or an elliptic curve below 224.</summary>
    public static int? WeakKeyBits(X509Certificate2 certificate)
    {
        try
        {
            using var rsa = certificate.GetRSAPublicKey();
            if (rsa is not null) return rsa.KeySize < 2048 ? rsa.KeySize : null;
            using var curve = certificate.GetECDsaPublicKey();
            return curve is { KeySize: < 224 } ? curve.KeySize : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The name of a hash that should not sign certificates any more; null when the signature is sound.</summary>
    public static string? WeakSignature(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        "1.2.840.113549.1.1.4" => "MD5",
        "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" or "1.2.840.10040.4.3" => "SHA-1",
        _ => null,
    };

    /// <summary>DNS names, addresses and URIs of the subject alternative name; null without that extension.</summary>
    public static (IReadOnlyList<string> Dns, IReadOnlyList<IPAddress> Ip, IReadOnlyList<string> Uri)? Names(X509Certificate2 certificate)
    {
        if (certificate.Extensions[AlternativeNames] is not { } extension) return null;
        var dns = new List<string>();
        var ip = new List<IPAddress>();
        var uri = new List<string>();
        try
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                var tag = names.PeekTag();
                if (tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 2)))
                    dns.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                else if (tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 7)) && names.ReadOctetString(tag) is { Length: 4 or 16 } bytes)
                    ip.Add(new IPAddress(bytes));
                else if (tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 6)))
                    uri.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                else
                    names.ReadEncodedValue();
            }
        }
        catch (AsnContentException)
        {
            // A malformed extension names nobody beyond what could be read.
        }
        return (dns, ip, uri);
    }

    /// <summary>Whether Consul's own CA made it for an agent (auto_encrypt, auto_config): such a one lives three days and is renewed by itself.</summary>
    public static bool IsRenewedByConsul(X509Certificate2 certificate) => Names(certificate)?.Uri
        .Any(uri => uri.StartsWith("spiffe://", StringComparison.Ordinal) && uri.IndexOf("/agent/", StringComparison.Ordinal) > 0) == true;

    /// <summary>Everything the certificate is good for, for people: <c>DNS:a, IP:b</c>, or its common name where it has no such list.</summary>
    public static string DescribeNames(X509Certificate2 certificate) => Names(certificate) is { } names
        ? string.Join(", ", names.Dns.Select(name => "DNS:" + name).Concat(names.Ip.Select(address => "IP:" + address)))
        : "CN=" + certificate.GetNameInfo(X509NameType.SimpleName, false);

    /// <summary>The datacenter in a name as Consul's own tool writes it, <c>server.dc1.consul</c>; null without such a name.</summary>
    public static string? DatacenterOf(X509Certificate2 certificate) => Names(certificate)?.Dns
        .Select(name => name.Split('.'))
        .FirstOrDefault(labels => labels.Length == 3 && labels[0] is "server" or "client" && labels[2] == "consul")?[1];

    /// <summary>The name of the issuer's own issuer, where the authority key identifier tells it (RFC 5280 4.2.1.1).</summary>
    public static X500DistinguishedName? IssuerOfIssuer(X509Certificate2 certificate)
    {
        if (certificate.Extensions[AuthorityKey] is not { } extension) return null;
        try
        {
            var fields = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (fields.HasData)
            {
                var tag = fields.PeekTag();
                if (!tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 1)))
                {
                    fields.ReadEncodedValue();
                    continue;
                }
                var names = fields.ReadSequence(tag);
                var directoryName = new Asn1Tag(TagClass.ContextSpecific, 4, true);
                if (!names.HasData || !names.PeekTag().HasSameClassAndValue(directoryName)) return null;
                return new X500DistinguishedName(names.ReadSequence(directoryName).ReadEncodedValue().ToArray());
            }
        }
        catch (Exception failure) when (failure is AsnContentException or CryptographicException)
        {
            // Malformed: it tells nothing.
        }
        return null;
    }
}
