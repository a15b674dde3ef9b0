using ConsulKvTools.Diagnosis;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>The agents and clusters that several variants share; each is started when the first of them wants it.</summary>
public sealed class HealthyLab : IAsyncLifetime
{
    private readonly Lazy<Task<ConsulAgent>> plain = new(() => ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, UnixSocket = true }));

    private readonly Lazy<Task<ConsulAgent>> acl = new(() => ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions() }));

    private readonly Lazy<Task<ConsulAgent>> listing = new(() => ConsulAgent.StartAsync(
        new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions { KeyListPolicy = true } }));

    private readonly Lazy<Task<ConsulAgent>> allowing = new(() => ConsulAgent.StartAsync(
        new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions { DefaultPolicy = "allow" } }));

    private readonly Lazy<Task<ConsulCluster>> cluster = new(() => ConsulCluster.StartAsync(
        new ConsulClusterOptions { Servers = 3, Clients = 1, Agent = new ConsulAgentOptions { Acl = new AgentAclOptions() } }));

    /// <summary>Certificates for everybody.</summary>
    internal CertificateLab Certificates { get; } = new();

    /// <summary>One server without ACLs, with a unix socket.</summary>
    internal Task<ConsulAgent> Plain => plain.Value;

    /// <summary>One server that denies by default.</summary>
    internal Task<ConsulAgent> Acl => acl.Value;

    /// <summary>One server that denies by default and guards listing too.</summary>
    internal Task<ConsulAgent> Listing => listing.Value;

    /// <summary>One server that allows by default.</summary>
    internal Task<ConsulAgent> Allowing => allowing.Value;

    /// <summary>Three servers and a client agent, with ACLs.</summary>
    internal Task<ConsulCluster> Cluster => cluster.Value;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in new[] { plain, acl, listing, allowing }.Where(agent => agent.IsValueCreated)) await (await agent.Value).DisposeAsync();
        if (cluster.IsValueCreated) await (await cluster.Value).DisposeAsync();
        Certificates.Dispose();
    }

    /// <summary>Diagnoses a write of a key that nobody has written, with a token that may do just what the rules say.</summary>
    internal static async Task<ConsulDiagnosis> WithRulesAsync(Task<ConsulAgent> starting, string rules, DiagnosisRequest? request = null)
    {
        var agent = await starting;
        return await Diagnose.RunAsync(agent.Address, (await agent.CreateTokenAsync(rules)).SecretId, request);
    }

    /// <summary>Starts an agent, diagnoses it and ends it.</summary>
    internal static async Task<ConsulDiagnosis> WithAgentAsync(ConsulAgentOptions options, DiagnosisRequest? request = null)
    {
        await using var agent = await ConsulAgent.StartAsync(options);
        return await Diagnose.RunAsync(agent.Address, agent.ManagementToken, request);
    }

    /// <summary>Diagnoses through CONSUL_* variables.</summary>
    internal static Task<ConsulDiagnosis> WithVariablesAsync(params (string Name, string Value)[] variables) =>
        Diagnose.RunAsync(new ConsulSessionOptions(), null, variables.ToDictionary(variable => variable.Name, variable => variable.Value));
}
