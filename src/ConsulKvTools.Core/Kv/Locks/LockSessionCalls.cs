using System.Globalization;
using System.Text.Json;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Locks;

/// <summary>Makes, renews, looks up and ends lock sessions.</summary>
internal static class LockSessionCalls
{
    /// <summary>Makes one; its id.</summary>
    /// <exception cref="ConsulException">Consul refused it, or no answer could be had.</exception>
    public static async Task<string> CreateAsync(ConsulKvSession session, KvLockRequest wanted, CancellationToken cancellation)
    {
        var request = new ConsulRequest { Method = "PUT", Path = "/v1/session/create", Body = Describe(wanted) };
        // A session whose answer was lost is ended by its TTL.
        var answer = await Queries.SendAsync(session, request, response => response.Status == 200 || Classifier.IsAclDenial(response), wanted.Key, cancellation).ConfigureAwait(false);
        if (answer.Status != 200) throw ConsulException.From(OfDenial(Classifier.Classify(answer, request, session, wanted.Key).Finding, session));
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.GetProperty("ID").GetString()!;
    }

    /// <summary>Renews one, by one attempt. Null when that was done; else why not.</summary>
    public static async Task<Failure?> TryRenewAsync(ConsulKvSession session, string id, TimeSpan time, CancellationToken cancellation)
    {
        var request = new ConsulRequest { Method = "PUT", Path = "/v1/session/renew/" + id };
        try
        {
            var answer = await session.Http.SendAsync(request, time, cancellation).ConfigureAwait(false);
            if (answer.Status == 200) return null;
            if (answer.Status == 404) return new Failure(ConsulFinding.Create("Session.Invalid", ("session", id), ("address", session.Address)), WriteEffect.NotApplied, RetryAdvice.Never, null, false, 404);
            return Classifier.Classify(answer, request, session, null);
        }
        catch (ConsulTransportException broken)
        {
            return Classifier.Classify(broken, request, session, null);
        }
    }

    /// <summary>Ends one, by one attempt; whether that was done.</summary>
    public static async Task<bool> TryDestroyAsync(ConsulKvSession session, string id, TimeSpan time, CancellationToken cancellation)
    {
        try
        {
            return (await session.Http.SendAsync(new ConsulRequest { Method = "PUT", Path = "/v1/session/destroy/" + id }, time, cancellation).ConfigureAwait(false)).Status == 200;
        }
        catch (Exception failed) when (failed is ConsulTransportException or ObjectDisposedException)
        {
            // Its TTL ends it.
            return false;
        }
    }

    /// <summary>Another's lock session; null when it is gone, or cannot be seen.</summary>
    public static async Task<LockHolder?> FindAsync(ConsulKvSession session, string id, CancellationToken cancellation)
    {
        try
        {
            var answer = await session.Http.SendAsync(ConsulRequest.Get("/v1/session/info/" + id), session.RetryPolicy.AttemptTimeout, cancellation).ConfigureAwait(false);
            if (answer.Status != 200) return null;
            using var document = JsonDocument.Parse(answer.Body);
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() == 0) return null;
            var row = document.RootElement[0];
            return new LockHolder(id, row.GetProperty("Name").GetString() ?? "", row.GetProperty("Node").GetString() ?? "", TimeSpan.FromTicks((long)(row.GetProperty("LockDelay").GetDouble() / 100)));
        }
        catch (Exception failed) when (failed is ConsulTransportException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Consul's bare "Permission denied" does not say that it is the lock session that is denied, and not the key.</summary>
    private static ConsulFinding OfDenial(ConsulFinding denied, ConsulKvSession session) =>
        denied.Code is not ("Acl.PermissionDenied" or "Acl.AnonymousDenied") ? denied
        : ConsulFinding.Create("Acl.SessionWriteMissing", ("key", denied.Evidence["key"]), ("node", "(this agent's)"), ("operation", "create"), ("body", denied.Evidence["body"]), ("address", session.Address));

    private static byte[] Describe(KvLockRequest wanted)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("Name", wanted.Name ?? $"lock of {wanted.Key} by {LockOwner.Name}");
            json.WriteString("TTL", Seconds(wanted.Ttl));
            json.WriteString("LockDelay", Seconds(wanted.LockDelay));
            // The key of a semaphore's contender means nothing without its lock session.
            json.WriteString("Behavior", wanted.IsSemaphore || wanted.Behavior == ConsulLockBehavior.Delete ? "delete" : "release");
            if (wanted.NodeChecks is { } checks) Write(json, "NodeChecks", checks);
            if (wanted.ServiceChecks.Count > 0)
            {
                json.WriteStartArray("ServiceChecks");
                foreach (var check in wanted.ServiceChecks)
                {
                    json.WriteStartObject();
                    json.WriteString("ID", check);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static string Seconds(TimeSpan time) => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + "ms";
}
