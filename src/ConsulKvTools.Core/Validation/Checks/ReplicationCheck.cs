using System.Security.Cryptography;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Validation.Checks;

/// <summary>Whether several agents or datacenters hold the same keys and values.</summary>
internal sealed record ReplicationCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public required IReadOnlyList<EnvironmentAgent> Agents { get; init; }

    public required string Prefix { get; init; }

    public EnvironmentToken? Token { get; init; }

    /// <summary>How long copies may take to become the same.</summary>
    public required TimeSpan Within { get; init; }

    /// <summary>How old the answer of a server that is not asked to check may be; null does not look.</summary>
    public TimeSpan? MaximumStaleness { get; init; }

    /// <summary>Indexes must be the same too: agents of one cluster.</summary>
    public bool SameIndexes { get; init; }

    public async Task<ConsulFinding?> RunAsync(CancellationToken cancellation)
    {
        var sessions = new List<ConsulKvSession>();
        try
        {
            foreach (var agent in Agents) sessions.Add(agent.OpenUsable(Token));
            if (MaximumStaleness is { } bound && await StaleAsync(sessions, bound, cancellation).ConfigureAwait(false) is { } stale) return stale;
            var began = sessions[0].Time.GetTimestamp();
            while (true)
            {
                var difference = await CompareAsync(sessions, cancellation).ConfigureAwait(false);
                if (difference is not { Code: "Expect.ReplicaDiffers" } || sessions[0].Time.GetElapsedTime(began) >= Within) return difference;
                await Diagnosis.Pause.ForAsync(Pause, sessions[0].Time, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var session in sessions) session.Dispose();
        }
    }

    private static async Task<ConsulFinding?> StaleAsync(List<ConsulKvSession> sessions, TimeSpan bound, CancellationToken cancellation)
    {
        foreach (var session in sessions)
        {
            // Any key will do: the answer's age is that of the server, also where there is no such key.
            var read = await new KvReader(session).GetAsync("consulkvtools-staleness", ConsulConsistency.Stale, cancellation).ConfigureAwait(false);
            if (read.LastContact is { } age && age > bound)
                return ConsulFinding.Create("Expect.ReplicaBehind", ("agent", session.Name), ("address", session.Address), ("time", age), ("limit", bound));
        }
        return null;
    }

    private async Task<ConsulFinding?> CompareAsync(List<ConsulKvSession> sessions, CancellationToken cancellation)
    {
        Dictionary<string, string>? first = null;
        foreach (var session in sessions)
        {
            var (keys, hidden) = await ReadAsync(session, cancellation).ConfigureAwait(false);
            if (hidden is not null) return hidden;
            if (first is null)
            {
                // Two empty stores are the same, and prove nothing.
                if (keys.Count == 0) return ConsulFinding.Create("Expect.KeyCount", ("prefix", Printable.Text(Prefix)), ("count", 0), ("wanted", "1 or more"), ("address", session.Address));
                first = keys;
                continue;
            }
            var differing = first.Keys.Union(keys.Keys, StringComparer.Ordinal)
                .Where(key => !first.TryGetValue(key, out var one) || !keys.TryGetValue(key, out var other) || one != other).OrderBy(key => key, StringComparer.Ordinal).ToArray();
            if (differing.Length > 0)
                return ConsulFinding.Create("Expect.ReplicaDiffers", ("count", differing.Length), ("total", first.Keys.Union(keys.Keys, StringComparer.Ordinal).Count()),
                    ("names", string.Join(", ", differing.Take(5).Select(key => Printable.Text(key, 100))) + (differing.Length > 5 ? ", …" : "")),
                    ("one", sessions[0].Name), ("other", session.Name), ("prefix", Printable.Text(Prefix)), ("address", session.Address), ("within", Within));
        }
        return null;
    }

    private async Task<(Dictionary<string, string> Keys, ConsulFinding? Hidden)> ReadAsync(ConsulKvSession session, CancellationToken cancellation)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var answer = new ListingAnswer();
        using var sha = SHA256.Create();
        await foreach (var entry in new KvReader(session).ListAsync(Prefix, ConsulConsistency.Default, answer.Take, cancellation).ConfigureAwait(false))
            keys[entry.Key] = $"{Convert.ToBase64String(sha.ComputeHash(entry.Bytes))} {entry.Flags}{(SameIndexes ? " " + entry.ModifyIndex : "")}";
        return (keys, answer.Hidden);
    }
}
