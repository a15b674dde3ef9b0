using System.Collections;
using System.Text.Json;
using ConsulKvTools.Http;

namespace ConsulKvTools.Validation.Checks;

/// <summary>What is expected of a cluster, against what one of its agents says.</summary>
internal static class ClusterJudge
{
    public static ConsulFinding? Leader(ConsulKvSession session, ConsulDiagnosis diagnosis) =>
        diagnosis.Facts["Leader"] is string { Length: > 0 } ? null : NotSeen(session, "the leader");

    public static ConsulFinding? Servers(ConsulKvSession session, ConsulDiagnosis diagnosis, int wanted)
    {
        if (diagnosis.Facts["Peers"] is not ICollection { Count: > 0 } peers) return NotSeen(session, "the servers");
        if (diagnosis.Findings.FirstOrDefault(finding => finding.Code == "Cluster.ServerDown") is { } down) return down;
        // Without node:read nobody tells which of them are alive; Raft's own list is what is left.
        var alive = diagnosis.Facts["ServersAlive"] as int?;
        return peers.Count == wanted && (alive ?? wanted) == wanted ? null
            : ConsulFinding.Create("Expect.ServersDiffer", ("agent", session.Name), ("address", session.Address), ("count", peers.Count), ("alive", alive), ("wanted", wanted));
    }

    public static ConsulFinding? Version(ConsulKvSession session, ConsulDiagnosis diagnosis, Version wanted)
    {
        var text = diagnosis.Facts["Version"] as string ?? "";
        // 1.22.2+ent, 1.9.0-beta1
        var number = new string(text.TakeWhile(letter => letter is (>= '0' and <= '9') or '.').ToArray());
        if (!System.Version.TryParse(number, out var version)) return NotSeen(session, "the version");
        return version >= wanted ? null : ConsulFinding.Create("Expect.VersionOlder", ("agent", session.Name), ("address", session.Address), ("version", Printable.Text(text, 40)), ("wanted", wanted.ToString()));
    }

    /// <summary>The agent's catalogue has all of the datacenters.</summary>
    public static async Task<ConsulFinding?> DatacentersAsync(EnvironmentAgent agent, IReadOnlyList<string> wanted, CancellationToken cancellation)
    {
        using var session = agent.OpenUsable();
        var response = await Queries.SendAsync(session, ConsulRequest.Get("/v1/catalog/datacenters"), answer => answer.Status == 200, null, cancellation).ConfigureAwait(false);
        string[] known;
        try
        {
            using var document = JsonDocument.Parse(response.Body);
            known = [.. document.RootElement.EnumerateArray().Select(name => name.GetString()!)];
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return NotSeen(session, "the datacenters");
        }
        var missing = wanted.Except(known, StringComparer.OrdinalIgnoreCase).ToArray();
        return missing.Length == 0 ? null : ConsulFinding.Create("Wan.UnknownDatacenter", ("datacenter", Printable.Text(string.Join(", ", missing))), ("names", string.Join(", ", known)), ("address", session.Address));
    }

    private static ConsulFinding NotSeen(ConsulKvSession session, string what) => ConsulFinding.Create("Expect.NotSeen", ("what", what), ("agent", session.Name), ("address", session.Address));
}
