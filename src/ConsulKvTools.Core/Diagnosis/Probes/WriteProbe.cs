using ConsulKvTools.Http;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>
/// A write that changes nothing: check-and-set against the greatest index there is. The ACL check comes first, then it goes through
/// Raft and is answered <c>false</c>: that proves token, leader, quorum and commit time.
/// </summary>
internal sealed class WriteProbe : IProbe
{
    private const ulong NoSuchIndex = ulong.MaxValue;

    private static readonly TimeSpan SlowCommit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LostContact = TimeSpan.FromSeconds(1);

    /// <summary>The probe's name, by which its findings are told from others'.</summary>
    public const string ProbeName = "Write";

    public string Name => ProbeName;

    public ConsulLayer Layer => ConsulLayer.Write;

    public ConsulLayer? Needs => ConsulLayer.Cluster;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var asked = context.Request;
        if (asked.Operation is AclOperation.Read or AclOperation.List) return ProbeResults.Skipped("only reading was asked about");
        if (asked.Operation is AclOperation.DeleteRecurse) return ProbeResults.Skipped("removing a tree has no form that changes nothing");
        if (asked.Key is { } given && KvKey.Check(given, isPrefix: false) is not null) return ProbeResults.Skipped("the key cannot be sent as it is");
        var key = asked.Key ?? "consulkvtools/" + Guid.NewGuid().ToString("N");
        // As many zeros as the value is long: even a write that changes nothing is kept in Raft's log for a while.
        var write = new ConsulKvWrite { Key = key, Value = new byte[asked.Value?.Length ?? 0] };
        var request = asked.Operation == AclOperation.Delete ? KvWireRequest.Delete(write, NoSuchIndex) : KvWireRequest.Put(write, NoSuchIndex);
        var (response, failure) = await ProbeHttp.SendAsync(context, request, key, answer => answer is { Status: 200, Text: "false" or "true" }, cancellation).ConfigureAwait(false);
        if (response is not null)
        {
            var commit = response.Timings.FirstByte;
            return ProbeResults.From($"a write that changes nothing was committed in {commit.TotalMilliseconds:0.0} ms",
                commit > SlowCommit ? [ConsulFinding.Create("Cluster.SlowCommit", ("milliseconds", Math.Round(commit.TotalMilliseconds)), ("seconds", Math.Round(commit.TotalSeconds, 1)))] : [],
                ("CommitTime", commit));
        }
        if (asked.Key is null && failure!.Finding.Layer == ConsulLayer.Acl)
            return ProbeResults.Skipped("no key was given, and the token may not write a key of the probe's own");
        var finding = write.Value.Length > 0 && failure!.Code is "Http.ResponseTimeout" or "Http.Reset" or "Http.EmptyReply"
            && await IsForItsSizeAsync(context, write, failure.Code, cancellation).ConfigureAwait(false)
            ? ConsulFinding.Create("Http.LargeBodyFails", ("size", write.Value.Length), ("problem", failure.Code), ("key", Printable.Text(key)), ("address", context.Session.Address))
            : Refine(failure!, context);
        return ProbeResults.From(finding.Title, [finding]);
    }

    /// <summary>Whether the same write gets an answer as soon as it carries nothing, and fails again as soon as it does not.</summary>
    private static async Task<bool> IsForItsSizeAsync(ProbeContext context, ConsulKvWrite write, string code, CancellationToken cancellation)
    {
        return await CodeAsync([], Again).ConfigureAwait(false) is null && await CodeAsync(write.Value, Again).ConfigureAwait(false) == code;

        async Task<string?> CodeAsync(byte[] value, TimeSpan patience)
        {
            try
            {
                var response = await context.Session.Http.SendAsync(KvWireRequest.Put(write with { Value = value }, NoSuchIndex), context.TimeFor(patience), cancellation).ConfigureAwait(false);
                return response.Status == 200 ? null : "";
            }
            catch (ConsulTransportException broken)
            {
                return broken.Code;
            }
        }
    }

    /// <summary>Silence has more than one reason; what the other probes saw tells them apart.</summary>
    private static ConsulFinding Refine(Failure failure, ProbeContext context)
    {
        if (failure.Code == "Http.ResponseTimeout" && context.Facts.Find<HttpFacts>() is { Leader: { Length: > 0 } leader })
        {
            var contact = context.Facts.Find<StaleFacts>()?.LastContact;
            return ConsulFinding.Create("Cluster.LeaderFrozen", ("leader", leader), ("lastContact", contact?.TotalMilliseconds), ("seconds", ProbeHttp.Patience.TotalSeconds),
                ("text", contact > LostContact ? "the answering server has lost contact with the leader" : null));
        }
        if (failure.Code == "Cluster.NoLeader" && failure.Finding.Evidence["status"] is 500 && context.Facts.Find<HttpFacts>() is { Leader: { Length: > 0 } named })
            return ConsulFinding.Create("Cluster.LeaderNotTracked", ("leader", named), ("body", failure.Finding.Evidence["body"]));
        return failure.Finding;
    }
}
