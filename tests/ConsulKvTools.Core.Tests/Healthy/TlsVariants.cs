using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Net.Security;
using System.Security.Authentication;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>Versions, ciphers, client certificates: how the two sides agree.</summary>
internal static class TlsVariants
{
    private static readonly (TlsCipherSuite Suite, SslProtocols Version, KeyKind Key)[] Suites =
    [
        (TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, SslProtocols.Tls12, KeyKind.Rsa2048),
        (TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, SslProtocols.Tls12, KeyKind.Rsa2048),
        (TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, SslProtocols.Tls12, KeyKind.EcdsaP256),
        (TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, SslProtocols.Tls12, KeyKind.EcdsaP384),
        (TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, SslProtocols.Tls12, KeyKind.EcdsaP256),
        (TlsCipherSuite.TLS_AES_128_GCM_SHA256, SslProtocols.Tls13, KeyKind.EcdsaP256),
        (TlsCipherSuite.TLS_AES_256_GCM_SHA384, SslProtocols.Tls13, KeyKind.Rsa2048),
        (TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, SslProtocols.Tls13, KeyKind.EcdsaP384),
    ];

    public static IEnumerable<HealthyVariant> All =>
    [
        .. Suites.Select(one => new HealthyVariant($"only {one.Suite} over {(one.Version == SslProtocols.Tls12 ? "TLS 1.2" : "TLS 1.3")}", lab => ScriptedAsync(lab, one.Key, tls => tls with
        {
            Protocols = one.Version, CipherSuites = [one.Suite],
        }))),
        new("TLS 1.2 only", lab => ScriptedAsync(lab, KeyKind.EcdsaP256, tls => tls with { Protocols = SslProtocols.Tls12 })),
        new("TLS 1.3 only", lab => ScriptedAsync(lab, KeyKind.EcdsaP256, tls => tls with { Protocols = SslProtocols.Tls13 })),
        new("ALPN with http/1.1", lab => ScriptedAsync(lab, KeyKind.EcdsaP256, tls => tls with { Alpn = ["http/1.1"] })),
        new("an agent that offers h2 as well", lab => ScriptedAsync(lab, KeyKind.EcdsaP256, tls => tls with { Alpn = ["h2", "http/1.1"] })),
        new("TLS that asks for a client certificate and takes none", lab =>
            ScriptedAsync(lab, KeyKind.EcdsaP256, tls => tls with { ClientAuthority = tls.Certificate.Issuer, RequireClientCertificate = false })),
        new("TLS of a real agent", lab => RealAsync(lab, mutual: false, _ => null)),
        new("TLS 1.2 as the lowest version of a real agent", lab => RealAsync(lab, mutual: false, _ => null, tls => tls with { MinVersion = "tls12" })),
        new("CONSUL_HTTP_SSL=true and CONSUL_CACERT", async lab =>
        {
            var authority = lab.Certificates.Authority();
            await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(authority.Issue("127.0.0.1")) });
            return await HealthyLab.WithVariablesAsync(("CONSUL_HTTP_ADDR", $"127.0.0.1:{agent.Ports.Https}"), ("CONSUL_HTTP_SSL", "true"), ("CONSUL_CACERT", authority.CertificateFile));
        }),
        new("a client certificate that the agent does not ask for", lab => RealAsync(lab, mutual: false, authority => authority.IssueClient("app"))),
        new("mutual TLS", lab => RealAsync(lab, mutual: true, authority => authority.IssueClient("app"))),
        new("mutual TLS with an RSA client certificate", lab => RealAsync(lab, mutual: true, authority => authority.Issue(new CertificateOptions { CommonName = "app", ServerAuth = false, Key = KeyKind.Rsa2048 }))),
        new("mutual TLS with a client certificate of an intermediate", lab => RealAsync(lab, mutual: true, authority => authority.Intermediate("People").IssueClient("app"))),
        new("mutual TLS with a certificate for servers and clients", lab => RealAsync(lab, mutual: true, authority => authority.Issue("app.example"))),
        new("mutual TLS over TLS 1.2", lab => MutualAsync(lab, SslProtocols.Tls12)),
        new("mutual TLS over TLS 1.3", lab => MutualAsync(lab, SslProtocols.Tls13)),
        new("a client key in PKCS #1", lab => KeyFormAsync(lab, KeyKind.Rsa2048, client => (client.CertificateFile, WriteKey(client, client.Certificate.GetRSAPrivateKey()!.ExportRSAPrivateKeyPem()), null))),
        new("a client key in SEC 1", lab => KeyFormAsync(lab, KeyKind.EcdsaP256, client => (client.CertificateFile, WriteKey(client, client.Certificate.GetECDsaPrivateKey()!.ExportECPrivateKeyPem()), null))),
        new("an encrypted client key", lab => KeyFormAsync(lab, KeyKind.EcdsaP256, client => (client.CertificateFile, WriteKey(client, client.Certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem(
            "lab", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000))), "lab"))),
        new("client certificate and key in one PEM file", lab => KeyFormAsync(lab, KeyKind.EcdsaP256, client => (WriteKey(client, File.ReadAllText(client.CertificateFile) + File.ReadAllText(client.KeyFile)), null, null))),
        new("a client certificate as PFX", lab => KeyFormAsync(lab, KeyKind.EcdsaP256, client => (client.PfxFile, null, IssuedCertificate.PfxPassword))),
    ];

    private static async Task<ConsulDiagnosis> ScriptedAsync(HealthyLab lab, KeyKind key, Func<TlsServerOptions, TlsServerOptions> change)
    {
        var authority = lab.Certificates.Authority();
        var certificate = authority.Issue(new CertificateOptions { IpAddresses = ["127.0.0.1"], Key = key });
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Tls = change(new TlsServerOptions(certificate)) });
        return await Diagnose.RunAsync(new ConsulSessionOptions { Address = consul.Address.ToString(), CACertificate = authority.CertificateFile });
    }

    private static async Task<ConsulDiagnosis> MutualAsync(HealthyLab lab, SslProtocols version)
    {
        var authority = lab.Certificates.Authority();
        var client = authority.IssueClient("app");
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Tls = new TlsServerOptions(authority.Issue("127.0.0.1")) { Protocols = version, ClientAuthority = authority } });
        return await Diagnose.RunAsync(new ConsulSessionOptions
        {
            Address = consul.Address.ToString(), CACertificate = authority.CertificateFile, ClientCertificate = client.CertificateFile, ClientKey = client.KeyFile,
        });
    }

    private static async Task<ConsulDiagnosis> RealAsync(
        HealthyLab lab, bool mutual, Func<CertificateAuthority, IssuedCertificate?> client, Func<AgentTlsOptions, AgentTlsOptions>? change = null)
    {
        var authority = lab.Certificates.Authority("Consul Agent CA");
        var own = client(authority);
        var tls = new AgentTlsOptions(authority.Issue("127.0.0.1", "localhost", "server.dc1.consul")) { AuthorityFile = authority.CertificateFile, VerifyIncoming = mutual, ControlCertificate = authority.IssueClient("lab") };
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, DisableHttp = true, Tls = change?.Invoke(tls) ?? tls });
        return await Diagnose.RunAsync(new ConsulSessionOptions
        {
            Address = agent.HttpsAddress!.ToString(), CACertificate = authority.CertificateFile, ClientCertificate = own?.CertificateFile, ClientKey = own?.KeyFile,
        });
    }

    private static async Task<ConsulDiagnosis> KeyFormAsync(HealthyLab lab, KeyKind kind, Func<IssuedCertificate, (string Certificate, string? Key, string? Password)> form)
    {
        var authority = lab.Certificates.Authority();
        var (certificate, key, password) = form(authority.Issue(new CertificateOptions { CommonName = "app", ServerAuth = false, Key = kind }));
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Tls = new TlsServerOptions(authority.Issue("127.0.0.1")) { ClientAuthority = authority } });
        return await Diagnose.RunAsync(new ConsulSessionOptions
        {
            Address = consul.Address.ToString(), CACertificate = authority.CertificateFile, ClientCertificate = certificate, ClientKey = key,
            ClientCertificatePassword = password is null ? null : new ConsulSecret(password),
        });
    }

    private static string WriteKey(IssuedCertificate client, string pem)
    {
        var file = client.KeyFile + ".other";
        File.WriteAllText(file, pem + "\n");
        return file;
    }
}
