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
        var answer = await Queries.SendAsync(session, request, response => (response.Status == 200 && IdOf(response) is not null) || Classifier.IsAclDenial(response), wanted.Key, cancellation).ConfigureAwait(false);
        return answer.Status == 200 ? IdOf(answer)! : throw ConsulException.From(OfDenial(Classifier.Classify(answer, request, session, wanted.Key).Finding, session));
    }

    /// <summary>Renews one, by one attempt. Null when that was done; else why not.</summary>
    public static async Task<Failure?> TryRenewAsync(ConsulKvSession session, string id, TimeSpan time, CancellationToken cancellation)
    {
        var request = new ConsulRequest { Method = "PUT", Path = "/v1/session/renew/" + id };
        try
        {
            var answer = await session.Http.SendAsync(request, time, cancellation).ConfigureAwait(false);
            // A page that something in between gives with 200 is no renewal.
            if (answer.Status == 200 && IdOf(answer) == id) return null;
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
            var answer = await session.Http.SendAsync(new ConsulRequest { Method = "PUT", Path = "/v1/session/destroy/" + id }, time, cancellation).ConfigureAwait(false);
            return answer.Status == 200 && answer.Text.Trim() == "true";
        }
        catch (Exception failed) when (failed is ConsulTransportException or ObjectDisposedException)
        {
            // Its TTL ends it.
            return false;
        }
    }

    /// <summary>Ends one within a time, and before that gives back what it may hold: a lock session that ends as a holder brings its lock-delay over whoever is next.</summary>
    /// <param name="session">The session.</param>
    /// <param name="id">The lock session.</param>
    /// <param name="held">What it may hold; null for nothing.</param>
    /// <param name="end">The end of the time.</param>
    /// <returns>Whether it was ended. If not, its TTL does that.</returns>
    public static async Task<bool> TryEndAsync(ConsulKvSession session, string id, ILockLayout? held, CancellationToken end)
    {
        try
        {
            if (held is not null) await held.GiveBackAsync(id, removeKey: false, end).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is ConsulException or OperationCanceledException or ObjectDisposedException)
        {
            // It goes with its lock session.
        }
        try
        {
            return await TryDestroyAsync(session, id, session.RetryPolicy.AttemptTimeout, end).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
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

    /// <summary>The id in the answer to a creation or renewal; null when it is no such answer.</summary>
    private static string? IdOf(ConsulResponse answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var made = document.RootElement;
            return (made.ValueKind == JsonValueKind.Array ? made[0] : made).GetProperty("ID").GetString();
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
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
