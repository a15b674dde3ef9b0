using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.FaultPairs;

/// <summary>More than one thing wrong with certificates, or with one and something else.</summary>
internal static class CertificatePairs
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly CertificateOptions Good = new() { CommonName = "agent", IpAddresses = ["127.0.0.1"] };
    private static readonly CertificateOptions OtherName = new() { CommonName = "agent", DnsNames = ["server.dc1.consul"] };

    public static IEnumerable<FaultPair> All =>
    [
        new("a certificate expired and for another name", ["Tls.CertificateExpired", "Tls.IpSanMissing"], lab => ShownAsync(lab, ca => ca.Issue(Expired(OtherName)))),
        new("a certificate expired and only for clients", ["Tls.CertificateExpired", "Tls.CertificateNotForServerAuth"], lab => ShownAsync(lab, ca => ca.Issue(Expired(Good) with { ServerAuth = false }))),
        new("a certificate not yet valid and with its address as a DNS name", ["Tls.CertificateNotYetValid", "Tls.IpInDnsSan"],
            lab => ShownAsync(lab, ca => ca.Issue(new CertificateOptions { CommonName = "agent", IpAddressesAsDnsNames = ["127.0.0.1"], NotBefore = Now.AddDays(3), NotAfter = Now.AddDays(90) }))),
        new("a certificate of an unknown CA and expired", ["Tls.UnknownCa", "Tls.CertificateExpired"], lab => ShownAsync(lab, _ => lab.Certificates.Authority("Consul Agent CA 1").Issue(Expired(Good)))),
        new("a certificate of an unknown CA, expired and for another name", ["Tls.UnknownCa", "Tls.CertificateExpired", "Tls.IpSanMissing"],
            lab => ShownAsync(lab, _ => lab.Certificates.Authority("Consul Agent CA 2").Issue(Expired(OtherName)))),
        new("a self-signed certificate for another name", ["Tls.SelfSigned", "Tls.IpSanMissing"], lab => ShownAsync(lab, _ => lab.Certificates.SelfSigned(OtherName))),
        new("a CA made anew and a certificate of it that expired", ["Tls.CaRegenerated", "Tls.CertificateExpired"], lab => ShownAsync(lab, ca => ca.Regenerate().Issue(Expired(Good)))),
        new("an intermediate expired and a certificate for another name", ["Tls.IntermediateExpired", "Tls.IpSanMissing"],
            lab => ShownAsync(lab, ca => ca.Intermediate("Old", new CertificateOptions { NotBefore = Now.AddDays(-60), NotAfter = Now.AddDays(-3) }).Issue(OtherName))),
        new("the CA expired and a certificate for another name", ["Tls.RootExpired", "Tls.IpSanMissing"], async lab =>
        {
            var root = lab.Certificates.Authority(options: new CertificateOptions { NotBefore = Now.AddDays(-60), NotAfter = Now.AddDays(-3) });
            return await AskAsync(root.Issue(OtherName), root.CertificateFile);
        }),
        new("an unknown CA, and the agent demands a client certificate", ["Tls.UnknownCa", "Tls.ClientCertificateRequired"], lab => MutualAsync(lab, unknownCa: true, Good, _ => null)),
        new("an expired certificate, and a client certificate of an unknown CA", ["Tls.CertificateExpired", "Tls.ClientCertificateUnknownCa"],
            lab => MutualAsync(lab, unknownCa: false, Expired(Good), _ => lab.Certificates.Authority("Strangers").IssueClient("app"))),
        new("a certificate for another name, and an expired client certificate", ["Tls.IpSanMissing", "Tls.ClientCertificateExpired"],
            lab => MutualAsync(lab, unknownCa: false, OtherName, ca => ca.Issue(Expired(new CertificateOptions { CommonName = "app", ServerAuth = false })))),
        new("a CA file that is missing, and a client key of another certificate", ["Config.CaFileUnreadable", "Config.CertKeyMismatch"], async lab =>
        {
            var ca = lab.Certificates.Authority();
            return await Diagnose.RunAsync(new ConsulSessionOptions
            {
                Address = "https://127.0.0.1:1", CACertificate = Path.Combine(lab.Certificates.Folder, "none.pem"), ClientCertificate = ca.IssueClient("app").CertificateFile, ClientKey = ca.IssueClient("other").KeyFile,
            });
        }),
        new("this clock slow, which makes a certificate seem not yet valid", ["Tls.ClientClockSkew", "Tls.CertificateNotYetValid < Tls.ClientClockSkew"],
            lab => AtTimeAsync(lab, TimeSpan.FromDays(10), Good with { NotBefore = Now.AddDays(3), NotAfter = Now.AddDays(90) })),
        new("this clock slow, and a certificate expired by any clock", ["Tls.CertificateExpired", "Tls.ClientClockSkew"], lab => AtTimeAsync(lab, TimeSpan.FromHours(1), Expired(Good))),
        new("this clock slow, and a certificate for another name", ["Tls.IpSanMissing", "Tls.ClientClockSkew"], lab => AtTimeAsync(lab, TimeSpan.FromHours(1), OtherName)),
        new("a certificate about to expire, and a token that may only read", ["Acl.ReadOnly", "Tls.CertificateExpiresSoon", "Acl.PermissionDenied < Acl.ReadOnly"], async lab =>
        {
            var ca = lab.Certificates.Authority();
            await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions(), Tls = new AgentTlsOptions(ca.Issue(Good with { NotAfter = Now.AddDays(5) })) });
            var token = await agent.CreateTokenAsync("key_prefix \"app/\" { policy = \"read\" }");
            return await Diagnose.RunAsync(new ConsulSessionOptions { Address = $"https://127.0.0.1:{agent.Ports.Https}", CACertificate = ca.CertificateFile, Token = new ConsulSecret(token.SecretId) });
        }),
        new("a certificate expired, and an unknown token that TLS hides", ["Tls.CertificateExpired"], async lab =>
        {
            var ca = lab.Certificates.Authority();
            await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions(), Tls = new AgentTlsOptions(ca.Issue(Expired(Good))) });
            return await Diagnose.RunAsync(new ConsulSessionOptions { Address = $"https://127.0.0.1:{agent.Ports.Https}", CACertificate = ca.CertificateFile, Token = new ConsulSecret(FaultPairLab.UnknownToken) });
        }),
        new("verification off, and an unknown token", ["Acl.TokenNotFound", "Config.VerificationOff", "Key.Forbidden < Acl.TokenNotFound"], async lab =>
        {
            await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions(), Tls = new AgentTlsOptions(lab.Certificates.SelfSigned(Good)) });
            return await Diagnose.RunAsync(new ConsulSessionOptions { Address = $"https://127.0.0.1:{agent.Ports.Https}", SkipCertificateCheck = true, Token = new ConsulSecret(FaultPairLab.UnknownToken) });
        }),
    ];

    private static CertificateOptions Expired(CertificateOptions options) => options with { NotBefore = Now.AddDays(-60), NotAfter = Now.AddDays(-3) };

    private static Task<ConsulDiagnosis> ShownAsync(FaultPairLab lab, Func<CertificateAuthority, IssuedCertificate> issue)
    {
        var ca = lab.Certificates.Authority();
        return AskAsync(issue(ca), ca.CertificateFile);
    }

    private static async Task<ConsulDiagnosis> AskAsync(IssuedCertificate shown, string trusted)
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(shown) });
        return await Diagnose.RunAsync(new ConsulSessionOptions { Address = $"https://127.0.0.1:{agent.Ports.Https}", CACertificate = trusted });
    }

    private static async Task<ConsulDiagnosis> MutualAsync(FaultPairLab lab, bool unknownCa, CertificateOptions shown, Func<CertificateAuthority, IssuedCertificate?> client)
    {
        var ca = lab.Certificates.Authority("Consul Agent CA");
        var own = client(ca);
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true, Tls = new AgentTlsOptions(ca.Issue(shown)) { VerifyIncoming = true, AuthorityFile = ca.CertificateFile, ControlCertificate = ca.IssueClient("lab") },
        });
        return await Diagnose.RunAsync(new ConsulSessionOptions
        {
            Address = $"https://127.0.0.1:{agent.Ports.Https}", CACertificate = (unknownCa ? lab.Certificates.Authority("Somebody else") : ca).CertificateFile,
            ClientCertificate = own?.CertificateFile, ClientKey = own?.KeyFile,
        });
    }

    // The agent's clock cannot be set here, but what it says of it can.
    private static async Task<ConsulDiagnosis> AtTimeAsync(FaultPairLab lab, TimeSpan ahead, CertificateOptions shown)
    {
        var ca = lab.Certificates.Authority();
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Tls = new TlsServerOptions(ca.Issue(shown)) });
        consul.On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:8300\"", 200, $"Date: {DateTime.UtcNow + ahead:R}"));
        return await Diagnose.RunAsync(new ConsulSessionOptions { Address = consul.Address.ToString(), CACertificate = ca.CertificateFile });
    }
}
