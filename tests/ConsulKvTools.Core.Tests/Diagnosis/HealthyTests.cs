using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>Set-ups that are fine must be called fine.</summary>
[Collection(AclAgentTests.Name)]
public sealed class HealthyTests(AclAgentFixture lab)
{
    [Fact]
    public async Task With_a_management_token() => Diagnose.IsHealthy(await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken));

    [Fact]
    public async Task With_a_token_that_may_write_just_this_key()
    {
        var token = await lab.Agent.CreateTokenAsync("key \"app/x\" { policy = \"write\" }");
        Diagnose.IsHealthy(await Diagnose.RunAsync(lab.Agent.HttpAddress!, token.SecretId));
    }

    [Fact]
    public async Task Through_the_unix_socket() => Diagnose.IsHealthy(await Diagnose.RunAsync(lab.Agent.UnixAddress!, lab.ManagementToken));

    [Fact]
    public async Task By_name() => Diagnose.IsHealthy(await Diagnose.RunAsync(new Uri($"http://localhost:{lab.Agent.HttpAddress!.Port}"), lab.ManagementToken));

    [Fact]
    public async Task With_a_value_at_the_limit_and_a_canary() => Diagnose.IsHealthy(await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken,
        new DiagnosisRequest { Key = "app/x", Value = new byte[524_288], CanaryPrefix = "canary" }));

    [Theory]
    [InlineData(AclOperation.Read)]
    [InlineData(AclOperation.List)]
    [InlineData(AclOperation.Delete)]
    [InlineData(AclOperation.DeleteRecurse)]
    [InlineData(AclOperation.Lock)]
    public async Task For_every_operation(AclOperation operation) => Diagnose.IsHealthy(
        await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, new DiagnosisRequest { Key = "app/x", Operation = operation }));

    [Fact]
    public async Task Without_a_key() => Diagnose.IsHealthy(await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, new DiagnosisRequest()));

    [Fact]
    public async Task Without_acls()
    {
        await using var agent = await ConsulAgent.StartAsync();
        Diagnose.IsHealthy(await Diagnose.RunAsync(agent.Address));
        Diagnose.IsHealthy(await Diagnose.RunAsync(agent.Address, Guid.NewGuid().ToString()));
    }

    [Fact]
    public async Task Without_acls_through_a_client_agent()
    {
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, Clients = 1 });
        Diagnose.IsHealthy(await Diagnose.RunAsync(cluster.Clients[0].Address));
    }

    [Fact]
    public async Task With_acls_through_a_client_agent()
    {
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, Clients = 1, Agent = new ConsulAgentOptions { Acl = new AgentAclOptions() } });
        var token = await cluster.Servers[0].CreateTokenAsync("key_prefix \"app/\" { policy = \"write\" }");
        Diagnose.IsHealthy(await Diagnose.RunAsync(cluster.Clients[0].Address, token.SecretId));
        Diagnose.IsHealthy(await Diagnose.RunAsync(cluster.Clients[0].Address, cluster.ManagementToken));
    }

    [Fact]
    public async Task With_acls_that_allow_by_default()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { Acl = new AgentAclOptions { DefaultPolicy = "allow" } });
        Diagnose.IsHealthy(await Diagnose.RunAsync(agent.Address));
        Diagnose.IsHealthy(await Diagnose.RunAsync(agent.Address, agent.ManagementToken));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_tls_and_mutual_tls(bool mutual)
    {
        using var certificates = new CertificateLab();
        var authority = certificates.Authority("Consul Agent CA lab");
        var server = authority.Issue("server.dc1.consul", "localhost", "127.0.0.1");
        var client = authority.IssueClient("client");
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            Tls = new AgentTlsOptions(server) { AuthorityFile = authority.CertificateFile, VerifyIncoming = mutual, ControlCertificate = client },
        });

        Diagnose.IsHealthy(await Diagnose.RunAsync(new ConsulSessionOptions
        {
            Address = agent.HttpsAddress!.ToString(), CACertificate = authority.CertificateFile,
            ClientCertificate = mutual ? client.CertificateFile : null, ClientKey = mutual ? client.KeyFile : null,
        }));
    }
}
