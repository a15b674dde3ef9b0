using System.Text.Json;
using ConsulKvTools.Acl;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>What can be learnt about a lock session that is gone. Courtesies: without an answer the write still says what Consul said.</summary>
internal static class LockSessions
{
    /// <summary>True unless the token may not see lock sessions: then each of them looks as if it did not exist.</summary>
    public static async Task<bool> MaySeeAsync(ConsulKvSession session, CancellationToken cancellation)
    {
        try
        {
            return await AclAuthorizer.AskAsync(session, [new AclQuestion("session", "read", "")], cancellation).ConfigureAwait(false) is not { } allowed || allowed[0];
        }
        catch (ConsulException)
        {
            return false;
        }
    }

    /// <summary>
    /// A critical check of the agent's own node, where lock sessions are made unless another node is named: such a check ends them. Null when
    /// there is none or it cannot be seen.
    /// </summary>
    public static async Task<(string Node, string Name)?> CriticalCheckAsync(ConsulKvSession session, CancellationToken cancellation)
    {
        try
        {
            using var self = await AskAsync(session, "/v1/agent/self", cancellation).ConfigureAwait(false);
            var node = self?.RootElement.GetProperty("Config").GetProperty("NodeName").GetString();
            using var critical = node is null ? null : await AskAsync(session, "/v1/health/state/critical", cancellation).ConfigureAwait(false);
            if (critical is null) return null;
            foreach (var check in critical.RootElement.EnumerateArray())
                if (check.GetProperty("Node").GetString() == node)
                    return (Printable.Text(node, 120), Printable.Text(check.GetProperty("CheckID").GetString(), 120));
        }
        catch (Exception error) when (error is ConsulTransportException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Not seen.
        }
        return null;
    }

    private static async Task<JsonDocument?> AskAsync(ConsulKvSession session, string path, CancellationToken cancellation)
    {
        var response = await session.Http.SendAsync(ConsulRequest.Get(path) with { SendScope = path.StartsWith("/v1/health/", StringComparison.Ordinal) }, session.RetryPolicy.AttemptTimeout, cancellation).ConfigureAwait(false);
        return response.Status == 200 ? JsonDocument.Parse(response.Body) : null;
    }
}
