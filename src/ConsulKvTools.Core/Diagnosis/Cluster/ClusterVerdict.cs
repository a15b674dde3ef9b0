using ConsulKvTools.Diagnosis.Probes;

namespace ConsulKvTools.Diagnosis.Cluster;

/// <summary>What a look at the cluster amounts to.</summary>
internal static class ClusterVerdict
{
    /// <summary>A follower hears from its leader several times a second.</summary>
    private static readonly TimeSpan LostContact = TimeSpan.FromSeconds(2);

    /// <summary>Where most servers live, one is elected by then: a candidate that does not win stands again after 5 to 10 s by default.</summary>
    private static readonly TimeSpan Election = TimeSpan.FromSeconds(10);

    /// <summary>By then the others have missed their leader, too, and gossip has had the time to call dead servers dead.</summary>
    private static readonly TimeSpan LongSilence = TimeSpan.FromSeconds(18);

    /// <summary>What stops every write; null when there is a leader.</summary>
    /// <param name="view">The look.</param>
    /// <param name="agent">The agent's own settings; null when not known.</param>
    /// <param name="session">The session under diagnosis.</param>
    public static ConsulFinding? Fault(ClusterView view, AgentFacts? agent, ConsulKvSession session)
    {
        // Who may not ask for the leader can write all the same.
        if (view.Failure is { } failure) return failure.Code == "Agent.EndpointBlocked" ? null : NoAnswer(failure, view, agent, session);
        if (view.Leader is not { Length: 0 }) return null;
        var evidence = Evidence(view, agent, session);
        if (IsLeaving(view, agent)) return ConsulFinding.Create("Agent.Leaving", evidence);
        var expected = view.Servers?.Select(server => server.Expect).OfType<string>().Distinct(StringComparer.Ordinal).ToArray() ?? [];
        if (view.Peers is { Count: 0 })
        {
            return expected.Length > 1
                ? ConsulFinding.Create("Cluster.BootstrapExpectDiffers", [.. evidence, ("value", string.Join(", ", view.Servers!.Where(server => server.Expect is not null).Select(server => $"{server.Name}: {server.Expect}")))])
                : ConsulFinding.Create("Cluster.NeverBootstrapped", [.. evidence, ("value", Waiting(view.Servers, view.Alive, expected.FirstOrDefault())), ("peers", expected.FirstOrDefault())]);
        }
        // Servers that live but have no vote: new ones in the place of those that are lost, or old ones whose new address is not yet known.
        if (view.Alive < view.Majority)
            return ConsulFinding.Create("Cluster.QuorumLost", [.. evidence, ("names", view.Strangers.Count == 0 ? null : "without a vote: " + string.Join(", ", view.Strangers.Select(server => server.Name)))]);
        if (agent is { IsServer: true, HeardOfLeader: false, CommitIndex: 0, LastLogIndex: > 0 } && view.Peers is { Count: 1 })
            return ConsulFinding.Create("Agent.NotReadyAfterRestart", evidence);
        var silence = view.Stale?.LastContact;
        (string, object?) seconds = ("seconds", (silence ?? view.Leaderless) is { } time ? Math.Round(time.TotalSeconds) : null);
        // Enough servers hear of each other and still none leads, for longer than any election takes.
        if (view.Alive >= view.Majority && view.Majority > 1 && silence > LongSilence) return ConsulFinding.Create("Cluster.RaftCutOff", [.. evidence, seconds]);
        // Who is alive cannot be seen, or gossip has not noticed yet. But that none is elected has been seen.
        return view.Majority > 1 && (view.Leaderless >= Election || silence > LongSilence)
            ? ConsulFinding.Create("Cluster.QuorumLost", [.. evidence, ("alive", "too few"), seconds])
            : ConsulFinding.Create("Cluster.NoLeader", [.. evidence, seconds]);
    }

    /// <summary>What does not stop the write but should be seen to, while there is a leader.</summary>
    public static IEnumerable<ConsulFinding> Warnings(ClusterView view, AgentFacts? agent, ConsulKvSession session)
    {
        if (view.Failure is { } failure)
            yield return ConsulFinding.Create("Cluster.LeaderUnknown", ("address", session.Address), ("body", failure.Finding.Evidence["body"]));
        if (view.Leader is not { Length: > 0 }) yield break;
        var evidence = Evidence(view, agent, session);
        if (IsLeaving(view, agent)) yield return ConsulFinding.Create("Agent.Leaving", evidence) with { Severity = FindingSeverity.Warning };
        if (view.Stale is { } stale && (stale.KnownLeader == false || stale.LastContact > LostContact))
            yield return ConsulFinding.Create("Cluster.FollowerLagging", evidence);
        if (view.Down.Count > 0)
            yield return ConsulFinding.Create("Cluster.ServerDown", [.. evidence, ("node", string.Join(", ", view.Down))]);
    }

    /// <summary>The evidence that every finding about the cluster carries.</summary>
    public static (string Name, object? Value)[] Evidence(ClusterView view, AgentFacts? agent, ConsulKvSession session) =>
    [
        ("leader", view.Leader is { Length: > 0 } leader ? leader : null), ("peers", view.Peers?.Count), ("alive", view.Alive), ("lastContact", view.Stale?.LastContact?.TotalMilliseconds),
        ("server", agent?.Node), ("address", session.Address),
    ];

    private static ConsulFinding NoAnswer(Failure failure, ClusterView view, AgentFacts? agent, ConsulKvSession session)
    {
        (string, object?)[] evidence = [("datacenter", session.Datacenter), ("status", failure.Status), ("body", failure.Finding.Evidence["body"]), ("address", session.Address)];
        // The way to another datacenter goes from server to server: there the same words mean the link or the other side.
        if (failure.Code is "Rpc.DialFailed" && view.IsElsewhere)
            return ConsulFinding.Create("Wan.RemoteDcDownFresh", evidence);
        if (failure.Code is "Rpc.StreamEof" or "Rpc.DialFailed" && agent?.EncryptsRpc is { } encrypts && view.Servers is { Count: > 0 } servers
            && servers.All(server => server.UsesTls != encrypts))
            return ConsulFinding.Create("Rpc.TlsMismatch", [.. evidence, ("text", encrypts ? "the agent encrypts, the servers do not" : "the servers encrypt, the agent does not")]);
        if (failure.Code != "Rpc.NoServers") return failure.Finding;
        if (view.Servers?.FirstOrDefault(server => agent?.Datacenter is { } mine && server.Datacenter is { } theirs && theirs != mine) is { } other)
            return ConsulFinding.Create("Rpc.ClientWrongDatacenter", [.. evidence, ("datacenter", agent!.Datacenter), ("value", other.Datacenter), ("node", other.Name)]);
        return ConsulFinding.Create("Rpc.NoServers", [.. evidence, ("alive", view.Servers?.Count(server => server.IsAlive)),
            ("names", view.Servers is { Count: > 0 } known ? string.Join(", ", known.Select(server => server.Name)) : null), ("encrypted", agent?.GossipEncrypted)]);
    }

    private static string Waiting(IReadOnlyList<ClusterMember>? servers, int? alive, string? expected) =>
        servers is not { Count: > 0 } ? "who is there cannot be seen" : expected is null ? "bootstrap_expect is set on no server" : $"{alive} of {expected} expected servers are there";

    private static bool IsLeaving(ClusterView view, AgentFacts? agent) =>
        agent?.Node is { } node && view.Members?.Any(member => member.Name == node && member.IsLeaving) == true;
}
