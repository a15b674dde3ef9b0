using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Lab;

public sealed class ConsulAgentTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_with_acls_is_ready_within_seconds_and_tells_tokens_apart()
    {
        var clock = Stopwatch.StartNew();
        await using var agent = await ConsulAgent.StartAsync(new() { Acl = new() }, Stop);
        // 2 s where nothing else runs; other suites of the same machine may be at work.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(25));

        var token = await agent.CreateTokenAsync("""key_prefix "app/" { policy = "write" }""", Stop);
        Assert.Equal("true", (await agent.SendAsync("PUT", "/v1/kv/app/x", "1", token.SecretId, Stop)).Body.Trim());
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.SendAsync("PUT", "/v1/kv/other", "1", token.SecretId, Stop)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.SendAsync("PUT", "/v1/kv/app/x", "2", "", Stop)).Status);
        Assert.Equal("1", await agent.GetKeyAsync("app/x", Stop));
        Assert.Contains("cluster leadership acquired", agent.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_survive_a_crash_and_a_restart()
    {
        await using var agent = await ConsulAgent.StartAsync(cancellationToken: Stop);
        var address = agent.Address;
        await agent.PutKeyAsync("kept", "yes", Stop);
        agent.Kill();
        await Assert.ThrowsAsync<HttpRequestException>(() => agent.SendAsync("GET", "/v1/status/leader", cancellationToken: Stop));

        await agent.RestartAsync(cancellationToken: Stop);
        Assert.Equal("yes", await agent.GetKeyAsync("kept", Stop));
        Assert.Equal(address, agent.Address);
    }

    [Fact]
    public async Task A_frozen_agent_accepts_connections_and_says_nothing()
    {
        await using var agent = await ConsulAgent.StartAsync(new() { InMemory = true }, Stop);
        agent.Freeze();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, agent.Ports.Http, Stop);
        using var patience = new CancellationTokenSource(300);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => agent.SendAsync("GET", "/v1/status/leader", cancellationToken: patience.Token));

        agent.Thaw();
        Assert.True((await agent.SendAsync("GET", "/v1/status/leader", cancellationToken: Stop)).IsSuccess);
    }

    [Fact]
    public async Task Limits_and_blocks_from_the_extra_configuration_hold()
    {
        await using var agent = await ConsulAgent.StartAsync(new()
        {
            InMemory = true,
            ExtraConfig = """{"limits":{"kv_max_value_size":100},"http_config":{"allow_write_http_from":["127.0.0.0/8"],"block_endpoints":["/v1/event"]}}""",
        }, Stop);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await agent.SendAsync("PUT", "/v1/kv/a", new('x', 101), cancellationToken: Stop)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.SendAsync("GET", "/v1/event/list", cancellationToken: Stop)).Status);
    }

    [Fact]
    public async Task Mutual_tls_is_demanded_and_the_plain_port_is_shut()
    {
        using var certificates = new CertificateLab();
        var ca = certificates.Authority();
        await using var agent = await ConsulAgent.StartAsync(new()
        {
            InMemory = true,
            DisableHttp = true,
            Tls = new(ca.Issue("localhost", "127.0.0.1")) { VerifyIncoming = true },
        }, Stop);
        Assert.Null(agent.HttpAddress);

        using var without = new HttpClient(Trusting(ca, null)) { BaseAddress = agent.HttpsAddress };
        await Assert.ThrowsAsync<HttpRequestException>(() => without.GetAsync("/v1/status/leader", Stop));
        using var with = new HttpClient(Trusting(ca, ca.IssueClient("client"))) { BaseAddress = agent.HttpsAddress };
        Assert.Equal(HttpStatusCode.OK, (await with.GetAsync("/v1/status/leader", Stop)).StatusCode);
    }

    [Fact]
    public async Task A_unix_socket_serves_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Consul has no unix sockets on Windows.");
        await using var agent = await ConsulAgent.StartAsync(new() { InMemory = true, UnixSocket = true, DisableHttp = true }, Stop);
        Assert.True(File.Exists(agent.UnixSocketPath));
        Assert.Equal("unix", agent.Address.Scheme);
        await agent.PutKeyAsync("a", "b", Stop);
        var (exit, output, _) = await agent.RunCliAsync(["kv", "get", "a"], cancellationToken: Stop);
        Assert.Equal((0, "b"), (exit, output.Trim()));
    }

    [Fact]
    public async Task A_lock_session_holds_a_key()
    {
        await using var agent = await ConsulAgent.StartAsync(new() { InMemory = true }, Stop);
        var mine = await agent.CreateLockSessionAsync(cancellationToken: Stop);
        var other = await agent.CreateLockSessionAsync(cancellationToken: Stop);
        Assert.Equal("true", (await agent.SendAsync("PUT", $"/v1/kv/lock?acquire={mine}", "", cancellationToken: Stop)).Body.Trim());
        Assert.Equal("false", (await agent.SendAsync("PUT", $"/v1/kv/lock?acquire={other}", "", cancellationToken: Stop)).Body.Trim());
    }

    [Fact]
    public async Task An_agent_that_cannot_start_says_why()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => ConsulAgent.StartAsync(new() { ExtraConfig = """{"nonsense":1}""" }, Stop));
        Assert.Contains("invalid config key nonsense", error.Message, StringComparison.Ordinal);
    }

    private static SocketsHttpHandler Trusting(CertificateAuthority ca, IssuedCertificate? client) => new()
    {
        UseProxy = false,
        SslOptions = new()
        {
            CertificateChainPolicy = new()
            {
                TrustMode = System.Security.Cryptography.X509Certificates.X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { ca.Certificate },
                RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck,
            },
            ClientCertificates = client is null ? null : [client.Certificate],
        },
    };
}
