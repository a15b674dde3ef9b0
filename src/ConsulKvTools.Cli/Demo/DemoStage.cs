using System.Text.Json.Nodes;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Cli.Demo;

/// <summary>The agents, certificates and files of the demo. Nothing of it outlives the demo.</summary>
internal sealed class DemoStage : IAsyncDisposable
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1"];

    private readonly CertificateLab certificates = new();
    private readonly CancellationTokenSource ending = new();
    private CertificateAuthority authority = null!;
    private ConsulAgent? agent;
    private ConsulAgent? expired;
    private Task<ConsulCluster>? cluster;

    private DemoStage()
    {
    }

    /// <summary>The sound agent: ACLs that deny, TLS.</summary>
    public ConsulAgent Agent => agent!;

    /// <summary>The folder of the files that the commands name.</summary>
    public string Folder => certificates.Folder;

    /// <summary>File with a token that may write below <c>shop/</c>.</summary>
    public string WriterFile => Path.Combine(Folder, "writer.token");

    /// <summary>File with a token that may only read below <c>shop/</c>.</summary>
    public string ReaderFile => Path.Combine(Folder, "reader.token");

    /// <summary>File with the authority that signed the agents' certificates.</summary>
    public string AuthorityFile => Path.Combine(Folder, "ca.pem");

    /// <summary>File with a value over Consul's limit of 512 KiB.</summary>
    public string LargeFile => Path.Combine(Folder, "catalogue.json");

    /// <summary>What the person has in the environment.</summary>
    public ConsulEnvironment Environment => new(new Dictionary<string, string>
    {
        ["CONSUL_HTTP_ADDR"] = AddressText(Agent.HttpsAddress!),
        ["CONSUL_CACERT"] = AuthorityFile,
        ["CONSUL_HTTP_TOKEN_FILE"] = WriterFile,
    });

    /// <summary>Starts the sound agent, and the others behind its back: they are needed later.</summary>
    public static async Task<DemoStage> SetAsync(CancellationToken cancellation)
    {
        var stage = new DemoStage();
        try
        {
            await stage.StartAsync(cancellation).ConfigureAwait(false);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>An agent whose certificate ran out yesterday.</summary>
    public async Task<ConsulAgent> ExpiredAsync(CancellationToken cancellation) =>
        expired ??= await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true,
            Tls = new AgentTlsOptions(authority.Issue(new CertificateOptions
            {
                DnsNames = [Loopback[0]],
                IpAddresses = [Loopback[1]],
                NotBefore = DateTimeOffset.UtcNow.AddDays(-90),
                NotAfter = DateTimeOffset.UtcNow.AddDays(-1),
            })),
        }, cancellation).ConfigureAwait(false);

    /// <summary>Kills two of three servers and waits until the third has noticed: gossip takes some seconds to give a server up.</summary>
    /// <returns>The third.</returns>
    public async Task<ConsulAgent> LoseLeaderAsync(CancellationToken cancellation)
    {
        var servers = await cluster!.WaitAsync(cancellation).ConfigureAwait(false);
        var left = (await servers.LoseQuorumAsync(cancellationToken: cancellation).ConfigureAwait(false))[0];
        while (await AliveAsync(left, cancellation).ConfigureAwait(false) > 1)
            await Task.Delay(100, cancellation).ConfigureAwait(false);
        return left;
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        if (cluster is not null)
        {
            try
            {
                await (await cluster.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception)
            {
                // It never came up, and cleaned up after itself; the demo's own error is the one worth telling.
            }
        }
        if (expired is not null) await expired.DisposeAsync().ConfigureAwait(false);
        if (agent is not null) await agent.DisposeAsync().ConfigureAwait(false);
        await certificates.DisposeAsync().ConfigureAwait(false);
        ending.Dispose();
    }

    /// <summary>An address as people write it, without the slash that <see cref="Uri"/> appends.</summary>
    public static string AddressText(Uri address) => address.OriginalString;

    private static async Task<int> AliveAsync(ConsulAgent agent, CancellationToken cancellation)
    {
        const int SerfAlive = 1;
        var answer = await agent.SendAsync("GET", "/v1/agent/members", cancellationToken: cancellation).ConfigureAwait(false);
        return JsonNode.Parse(answer.Body)!.AsArray().Count(member => (int)member!["Status"]! == SerfAlive);
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        authority = certificates.Authority("Demo CA");
        File.Copy(authority.CertificateFile, AuthorityFile);
        agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true,
            NodeName = "demo",
            Acl = new AgentAclOptions(),
            Tls = new AgentTlsOptions(authority.Issue(Loopback)),
        }, cancellation).ConfigureAwait(false);
        cluster = ConsulCluster.StartAsync(null, ending.Token);
        await WriteTokenAsync(WriterFile, """key_prefix "shop/" { policy = "write" }""", cancellation).ConfigureAwait(false);
        await WriteTokenAsync(ReaderFile, """key_prefix "shop/" { policy = "read" }""", cancellation).ConfigureAwait(false);
        await File.WriteAllBytesAsync(LargeFile, [.. Enumerable.Repeat((byte)'x', 600 * 1024)], cancellation).ConfigureAwait(false);
    }

    private async Task WriteTokenAsync(string file, string rules, CancellationToken cancellation)
    {
        var token = await Agent.CreateTokenAsync(rules, cancellation).ConfigureAwait(false);
        await File.WriteAllTextAsync(file, token.SecretId, cancellation).ConfigureAwait(false);
    }
}
