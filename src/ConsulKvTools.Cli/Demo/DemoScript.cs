using ConsulKvTools.Lab;

namespace ConsulKvTools.Cli.Demo;

/// <summary>What the demo does, in order.</summary>
internal static class DemoScript
{
    private const string Key = "shop/greeting";

    /// <summary>What works before anything is broken.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Overture { get; } =
    [
        ["set", Key, "good morning"],
        ["set", Key, "good evening", "--create-only"],
        ["get", Key],
        ["get", "--prefix", "shop/"],
        ["diagnose", Key, "--value", "good evening"],
    ];

    /// <summary>Breaks one thing after another.</summary>
    public static async IAsyncEnumerable<DemoScene> ScenesAsync(
        DemoStage stage, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var ports = stage.Agent.Ports;
        yield return new("The token may read, but not write", "Acl.ReadOnly",
            ["diagnose", Key, "--token-file", stage.ReaderFile]);
        yield return new("The port is the servers' RPC port, not HTTP's", "Port.ConsulRpc",
            ["diagnose", Key, "--address", $"http://127.0.0.1:{ports.Server}"]);
        yield return new("Nothing listens at the port", "Tcp.Refused",
            ["diagnose", Key, "--address", $"https://127.0.0.1:{ports.Unused}"]);
        yield return new("The client speaks plain HTTP to the TLS port", "Http.TlsRequired",
            ["diagnose", Key, "--address", $"http://127.0.0.1:{ports.Https}"]);
        var expired = await stage.ExpiredAsync(cancellation).ConfigureAwait(false);
        yield return new("The agent's certificate expired yesterday", "Tls.CertificateExpired",
            ["diagnose", Key, "--address", DemoStage.AddressText(expired.HttpsAddress!)]);
        yield return new("The value is larger than Consul takes", "Limit.KvMaxValueSize",
            ["diagnose", Key, "--value-file", stage.LargeFile]);
        var left = await stage.LoseLeaderAsync(cancellation).ConfigureAwait(false);
        yield return new("Two of three servers are dead, the leader too", "Cluster.QuorumLost",
            ["diagnose", Key, "--address", DemoStage.AddressText(left.HttpAddress!)]);
    }
}
