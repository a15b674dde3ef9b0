using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Acl;

/// <summary>The agents that the ACL tests share, each started when it is first needed.</summary>
[CollectionDefinition(Name)]
public sealed class AclAgents : ICollectionFixture<AclAgents>, IAsyncDisposable
{
    public const string Name = "ACL agents";

    private readonly Lazy<Task<ConsulAgent>> deny = new(() => StartAsync(new()));
    private readonly Lazy<Task<ConsulAgent>> allow = new(() => StartAsync(new() { DefaultPolicy = "allow" }));
    private readonly Lazy<Task<ConsulAgent>> off = new(() => ConsulAgent.StartAsync());

    /// <summary>ACLs on, default policy deny.</summary>
    public Task<ConsulAgent> DenyAsync() => deny.Value;

    /// <summary>ACLs on, default policy allow.</summary>
    public Task<ConsulAgent> AllowAsync() => allow.Value;

    /// <summary>ACLs off.</summary>
    public Task<ConsulAgent> OffAsync() => off.Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in new[] { deny, allow, off })
            if (agent.IsValueCreated) await (await agent.Value).DisposeAsync();
    }

    private static Task<ConsulAgent> StartAsync(AgentAclOptions acl) => ConsulAgent.StartAsync(new() { Acl = acl });
}
