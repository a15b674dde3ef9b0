using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Two real agents: one plain, one with TLS on everything and a gossip key.</summary>
public sealed class ConsulPortsFixture : IAsyncLifetime
{
    public CertificateLab Certificates { get; } = new();

    public CertificateAuthority Root { get; private set; } = null!;

    public IssuedCertificate Client { get; private set; } = null!;

    public ConsulAgent Plain { get; private set; } = null!;

    public ConsulAgent Secured { get; private set; } = null!;

    public ConsulAgent Mutual { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Root = Certificates.Authority("Consul Agent CA");
        Client = Root.IssueClient("cli");
        var server = Root.Issue("server.dc1.consul", "localhost", "127.0.0.1");
        Plain = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, UnixSocket = true });
        Secured = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true,
            Tls = new AgentTlsOptions(server) { SecureRpc = true },
            ExtraConfig = """{"encrypt":"oLVMXzTY2uBTZ8m1xyrV7Fr2VLJw8cRwOn5w2vO0ZAg="}""",
        });
        Mutual = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(server) { VerifyIncoming = true } });
    }

    public async ValueTask DisposeAsync()
    {
        await Plain.DisposeAsync();
        await Secured.DisposeAsync();
        await Mutual.DisposeAsync();
        Certificates.Dispose();
    }
}
