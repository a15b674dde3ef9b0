using System.Text.Json;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Moves;

/// <summary>
/// The store that an undo file is of. Addresses alone do not tell stores apart: each machine has its agent at the same one, and one cluster has many. The servers do, which any
/// agent names to anybody.
/// </summary>
/// <param name="Address">The session's address.</param>
/// <param name="Datacenter">The session's datacenter; null for the agent's own.</param>
/// <param name="Namespace">The namespace; null for the default.</param>
/// <param name="Partition">The admin partition; null for the default.</param>
/// <param name="Servers">host:port of each server's RPC; empty when nobody told.</param>
internal sealed record UndoOrigin(string Address, string? Datacenter, string? Namespace, string? Partition, string[] Servers)
{
    /// <summary>That of a session's store.</summary>
    /// <exception cref="ConsulException">The agent cannot be reached.</exception>
    public static async Task<UndoOrigin> OfAsync(ConsulKvSession session, CancellationToken cancellation)
    {
        // Where something between here and the agent does not let the question through, the addresses have to do.
        var answer = await Queries.SendAsync(session, ConsulRequest.Get("/v1/status/peers"), response => response.Status < 500, null, cancellation).ConfigureAwait(false);
        return new UndoOrigin(session.Address, session.Datacenter, NotDefault(session.Namespace), NotDefault(session.Partition), answer.Status == 200 ? ServersIn(answer.Text) : []);
    }

    /// <summary>What shows that another store is not this one; null when nothing does.</summary>
    public string? DifferenceTo(UndoOrigin other)
    {
        if (Namespace != other.Namespace) return $"it is of the namespace {Namespace ?? "default"}, and this is {other.Namespace ?? "default"}";
        if (Partition != other.Partition) return $"it is of the partition {Partition ?? "default"}, and this is {other.Partition ?? "default"}";
        if (Datacenter is not null && other.Datacenter is not null && Datacenter != other.Datacenter) return $"it is of the datacenter {Datacenter}, and this is {other.Datacenter}";
        if (Servers.Length > 0 && other.Servers.Length > 0)
            return Servers.Intersect(other.Servers, StringComparer.Ordinal).Any() ? null : $"it is of the servers {string.Join(", ", Servers)}, and here are {string.Join(", ", other.Servers)}";
        return Address == other.Address ? null : $"it was written by way of {Address}, this is {other.Address}, and whether both lead to the same servers nobody told";
    }

    private static string[] ServersIn(string list)
    {
        try
        {
            return JsonSerializer.Deserialize(list, ImportJson.Default.StringArray) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string? NotDefault(string? name) => name is null or "" or "default" ? null : name;
}
