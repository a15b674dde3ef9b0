using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests;

/// <summary>One real agent with ACLs, shared by the tests of a collection: each test uses keys of its own.</summary>
public sealed class AclAgentFixture : IAsyncLifetime
{
    public ConsulAgent Agent { get; private set; } = null!;

    public string ManagementToken => Agent.ManagementToken!;

    public async ValueTask InitializeAsync() => Agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { Acl = new AgentAclOptions(), UnixSocket = true });

    public async ValueTask DisposeAsync() => await Agent.DisposeAsync();

    /// <summary>A session with the management token, or with the given one; "" for none.</summary>
    public ConsulKvSession Session(string? token = null, ConsulRetryPolicy? policy = null, string? address = null) =>
        LabSessions.Open(address ?? Agent.Address.ToString().TrimEnd('/'), token ?? ManagementToken, policy);
}

[CollectionDefinition(Name)]
public sealed class AclAgentTests : ICollectionFixture<AclAgentFixture>
{
    public const string Name = "one agent with ACLs";
}
