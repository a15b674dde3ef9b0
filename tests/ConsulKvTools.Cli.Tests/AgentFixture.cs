using ConsulKvTools.Lab;

namespace ConsulKvTools.Cli.Tests;

/// <summary>One real agent for all tests, with ACLs and TLS, and the tokens that the tests use.</summary>
public sealed class AgentFixture : IAsyncLifetime
{
    private readonly CertificateLab certificates = new();

    public ConsulAgent Agent { get; private set; } = null!;

    /// <summary>The authority that signed the agent's certificate.</summary>
    public string AuthorityFile { get; private set; } = null!;

    /// <summary>May write below <c>app/</c> and make lock sessions.</summary>
    public LabToken Writer { get; private set; } = null!;

    /// <summary>May read below <c>app/</c>.</summary>
    public LabToken Reader { get; private set; } = null!;

    public string WriterFile => Path.Combine(certificates.Folder, "writer.token");

    public string AdminFile => Path.Combine(certificates.Folder, "admin.token");

    public async ValueTask InitializeAsync()
    {
        var authority = certificates.Authority();
        AuthorityFile = authority.CertificateFile;
        Agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true,
            Acl = new AgentAclOptions(),
            Tls = new AgentTlsOptions(authority.Issue("localhost", "127.0.0.1")),
        });
        Writer = await Agent.CreateTokenAsync("""key_prefix "app/" { policy = "write" } session_prefix "" { policy = "write" }""");
        Reader = await Agent.CreateTokenAsync("""key_prefix "app/" { policy = "read" }""");
        Secrets.Remember(Agent.ManagementToken!);
        Secrets.Remember(Writer.SecretId);
        Secrets.Remember(Reader.SecretId);
        await File.WriteAllTextAsync(WriterFile, Writer.SecretId + "\n");
        await File.WriteAllTextAsync(AdminFile, Agent.ManagementToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        await certificates.DisposeAsync();
    }

    /// <summary>A key no other test uses.</summary>
    public static string NewKey() => $"app/{Guid.NewGuid():N}";

    /// <summary>consulkv with the agent's address and the writer's token in its environment.</summary>
    public ConsulKvProcess Process() => new ConsulKvProcess()
        .With("CONSUL_HTTP_ADDR", Agent.HttpAddress!.OriginalString)
        .With("CONSUL_HTTP_TOKEN", Writer.SecretId);

    /// <summary>The same with the token that may only read.</summary>
    public ConsulKvProcess ReadOnlyProcess() => Process().With("CONSUL_HTTP_TOKEN", Reader.SecretId);
}
