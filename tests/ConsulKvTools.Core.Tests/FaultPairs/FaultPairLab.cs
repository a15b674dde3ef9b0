using ConsulKvTools.Diagnosis;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.FaultPairs;

/// <summary>The agents that several pairs share; each is started when the first of them wants it.</summary>
public sealed class FaultPairLab : IAsyncLifetime
{
    private readonly Lazy<Task<ConsulAgent>> plain = new(() => ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true }));

    private readonly Lazy<Task<ConsulAgent>> acl = new(() => ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions() }));

    private readonly Lazy<Task<ConsulAgent>> leaderless = new(() => ConsulAgent.StartAsync(
        new ConsulAgentOptions { BootstrapExpect = 3, WaitForLeader = false, Acl = new AgentAclOptions() }));

    internal CertificateLab Certificates { get; } = new();

    /// <summary>A server without ACLs.</summary>
    internal Task<ConsulAgent> Plain => plain.Value;

    /// <summary>A server that denies by default.</summary>
    internal Task<ConsulAgent> Acl => acl.Value;

    /// <summary>A server that waits in vain for two others; it denies by default.</summary>
    internal Task<ConsulAgent> Leaderless => leaderless.Value;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in new[] { plain, acl, leaderless }.Where(agent => agent.IsValueCreated)) await (await agent.Value).DisposeAsync();
        Certificates.Dispose();
    }

    /// <summary>A secret that Consul has never heard of.</summary>
    internal static string UnknownToken => Guid.NewGuid().ToString();

    /// <summary>A token of the agent with ACLs.</summary>
    internal async Task<string> TokenAsync(string rules = "key_prefix \"app/\" { policy = \"read\" }") => (await (await Acl).CreateTokenAsync(rules)).SecretId;

    /// <summary>A write of more than Consul takes.</summary>
    internal static DiagnosisRequest TooLarge { get; } = new() { Key = "app/x", Value = new byte[600_000] };

    /// <summary>Writes a file for the test.</summary>
    internal string Write(string content)
    {
        var file = Path.Combine(Certificates.Folder, "file-" + Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, content);
        return file;
    }

    /// <summary>Diagnoses through CONSUL_* variables.</summary>
    internal static Task<ConsulDiagnosis> WithVariablesAsync(DiagnosisRequest? request, params (string Name, string Value)[] variables) =>
        Diagnose.RunAsync(new ConsulSessionOptions(), request, variables.ToDictionary(variable => variable.Name, variable => variable.Value));
}
