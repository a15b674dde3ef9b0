namespace ConsulKvTools;

/// <summary>Whether and how the agent can be reached: name, transport, TLS, HTTP.</summary>
public sealed record ConsulConnectivityResult
{
    /// <summary>The address that was tried.</summary>
    public required string Target { get; init; }

    /// <summary>True when a Consul agent answers over HTTP, whatever else was found.</summary>
    public required bool Succeeded { get; init; }

    /// <summary>The first layer that failed; null when none did.</summary>
    public ConsulLayer? FailedLayer { get; init; }

    /// <summary>What is in the way; null when nothing is.</summary>
    public ConsulFinding? RootCause { get; init; }

    /// <summary>Every address that was tried.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Time to resolve the name; null when there was nothing to resolve.</summary>
    public TimeSpan? NameTime { get; init; }

    /// <summary>Time to connect the socket; null when it was not reached.</summary>
    public TimeSpan? ConnectTime { get; init; }

    /// <summary>Time of the TLS handshake; null without TLS or when it was not reached.</summary>
    public TimeSpan? TlsTime { get; init; }

    /// <summary>Time from sending the request to the answer; null when it was not reached.</summary>
    public TimeSpan? HttpTime { get; init; }

    /// <summary>Each layer's probe, with its evidence.</summary>
    public required IReadOnlyList<ProbeResult> Probes { get; init; }

    /// <summary>Everything found, the root cause first.</summary>
    public required IReadOnlyList<ConsulFinding> Findings { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Target}: {(Succeeded ? "reachable" : RootCause?.ToString() ?? "not reachable")}";
}
