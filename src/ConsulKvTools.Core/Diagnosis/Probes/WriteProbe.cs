using ConsulKvTools.Diagnosis.Cluster;
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

    /// <summary>Without a leader an agent waits about 7 s for one; one that leaves does not.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(500);

    /// <summary>The disk is to blame when a write takes this many times as long as a read that asks as many servers.</summary>
    private const int DiskShare = 4;

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
        var began = context.Elapsed;
        var (response, failure) = await ProbeHttp.SendAsync(context, request, key, answer => answer is { Status: 200, Text: "false" or "true" }, cancellation).ConfigureAwait(false);
        if (response is not null)
        {
            var commit = response.Timings.FirstByte;
            var slow = commit > SlowCommit ? await WhySlowAsync(context, key, commit, cancellation).ConfigureAwait(false) : null;
            return ProbeResults.From($"a write that changes nothing was committed in {DiagnosisText.Time(commit)}", slow is null ? [] : [slow], ("CommitTime", commit));
        }
        if (asked.Key is null && failure!.Finding.Layer == ConsulLayer.Acl)
            return ProbeResults.Skipped("no key was given, and the token may not write a key of the probe's own");
        if (failure!.Code == "Proxy.Forbidden" && context.Session.Target.Proxy is null && await MayBeReadAsync(context, key, cancellation).ConfigureAwait(false))
        {
            var blocked = ConsulFinding.Create("Proxy.MethodOrPathRewrite", ("operation", request.Method), ("status", failure.Status), ("key", Printable.Text(key)),
                ("prefix", Printable.Text(KvKey.Folder(key))), ("address", context.Session.Address), ("body", failure.Finding.Evidence["body"]), ("server", failure.Finding.Evidence["server"]));
            return ProbeResults.From(blocked.Title, [blocked]);
        }
        var took = context.Elapsed - began;
        var finding = write.Value.Length > 0 && failure!.Code is "Http.ResponseTimeout" or "Http.Reset" or "Http.EmptyReply"
            && await IsForItsSizeAsync(context, write, failure.Code, cancellation).ConfigureAwait(false)
            ? ConsulFinding.Create("Http.LargeBodyFails", ("size", write.Value.Length), ("problem", failure.Code), ("key", Printable.Text(key)), ("address", context.Session.Address))
            : await RefineAsync(failure!, took, context, cancellation).ConfigureAwait(false);
        return ProbeResults.From(finding.Title, [finding]);
    }

    /// <summary>Whether Consul itself answers a GET of the same path: then it is the method that does not get through.</summary>
    private static async Task<bool> MayBeReadAsync(ProbeContext context, string key, CancellationToken cancellation)
    {
        var (response, _) = await ProbeHttp.SendAsync(context, ConsulRequest.Get(KvKey.Path(key)) with { MaxBody = 64 * 1024 * 1024 }, key,
            answer => answer.HasConsulHeader || Classifier.IsAclDenial(answer), cancellation).ConfigureAwait(false);
        return response is not null;
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

    /// <summary>
    /// A consistent read makes the leader ask most servers, as a write does, but touches no disk: what it takes is the network's and the
    /// processors' share.
    /// </summary>
    private static async Task<ConsulFinding> WhySlowAsync(ProbeContext context, string key, TimeSpan commit, CancellationToken cancellation)
    {
        var (read, _) = await ProbeHttp.SendAsync(context, ConsulRequest.Get(KvKey.Path(key), "consistent") with { MaxBody = 64 * 1024 * 1024 }, key, KvReader.KvQueryAnswers, cancellation).ConfigureAwait(false);
        var share = read?.Timings.FirstByte;
        return ConsulFinding.Create(share is { } time && time.Ticks * DiskShare < commit.Ticks ? "Storage.SlowFsync" : "Cluster.SlowCommit",
            ("milliseconds", Math.Round(commit.TotalMilliseconds)), ("seconds", Math.Round(commit.TotalSeconds, 1)), ("value", share is { } known ? Math.Round(known.TotalMilliseconds) : null));
    }

    /// <summary>The cluster may have changed since it was looked at: a second look tells the reasons of one text, or of silence, apart.</summary>
    private static async Task<ConsulFinding> RefineAsync(Failure failure, TimeSpan took, ProbeContext context, CancellationToken cancellation)
    {
        if (failure.Code is not ("Http.ResponseTimeout" or "Cluster.NoLeader" or "Rpc.DialFailed" or "Rpc.StreamEof" or "Rpc.NoServers")) return failure.Finding;
        var began = context.Elapsed - took;
        var before = context.Facts.Find<HttpFacts>()?.Leader;
        // Until it is missed, the others still name a leader that has just died.
        var lost = failure.Code == "Rpc.DialFailed" && context.Session.Datacenter is null && before is { Length: > 0 } && failure.Finding.Evidence["body"] is string said && said.Contains(before)
            ? before : null;
        var view = await ClusterQuestion.AskAsync(context, TimeSpan.Zero, cancellation).ConfigureAwait(false);
        if (lost is not null) view = await ClusterQuestion.WaitUntilMissedAsync(context, view, lost, cancellation).ConfigureAwait(false);
        // An election begins when the leader is missed, not when it dies.
        var since = failure.Code == "Cluster.NoLeader" ? began : context.Elapsed;
        var agent = await AgentSelf.FindAsync(context, cancellation).ConfigureAwait(false);
        view = await ClusterQuestion.WaitForLeaderAsync(context, view, agent, since, lost, cancellation).ConfigureAwait(false);
        var evidence = ClusterVerdict.Evidence(view, agent, context.Session);
        var body = ("body", failure.Finding.Evidence["body"]);
        if (ClusterVerdict.Fault(view, agent, context.Session) is { } fault)
            return lost is not null && fault.Code == "Cluster.NoLeader" ? ConsulFinding.Create("Cluster.ElectionInProgress", [.. evidence, body, ("value", before)]) : failure.Code == "Http.ResponseTimeout" && fault.Layer != ConsulLayer.Cluster ? failure.Finding : fault;
        switch (failure.Code)
        {
            // Who hears of the leader this very moment is the leader, and answers: it waits for the others.
            case "Http.ResponseTimeout" when view.Stale?.LastContact == TimeSpan.Zero && view.Leader is { Length: > 0 } && view.Leader == before && context.Session.Datacenter is null:
                return ConsulFinding.Create("Cluster.SlowCommit", [.. evidence, ("milliseconds", $"more than {Math.Round(took.TotalMilliseconds)}"), ("seconds", Math.Round(took.TotalSeconds, 1))]) with { Severity = FindingSeverity.Error };
            // A dead leader refuses or resets; only one that hangs keeps silent.
            case "Http.ResponseTimeout" when context.Session.Datacenter is null && before is { Length: > 0 } leader:
                return ConsulFinding.Create("Cluster.LeaderFrozen", [.. evidence, ("leader", leader), ("seconds", Math.Round(took.TotalSeconds, 1)),
                    ("text", view.Leader != leader ? $"meanwhile {view.Leader} was elected" : view.Stale?.LastContact > LostContact ? "the answering server has lost contact with the leader" : null)]);
            case "Cluster.NoLeader" when failure.Status == 500 && took < AtOnce:
                return ConsulFinding.Create("Agent.Leaving", [.. evidence, body]);
            case "Cluster.NoLeader" when view.Leader == before && context.Session.Datacenter is null:
                return ConsulFinding.Create("Cluster.LeaderNotTracked", [.. evidence, body]);
            case not "Http.ResponseTimeout" when view.Leader is { Length: > 0 } && view.Leader != before && context.Session.Datacenter is null:
                return ConsulFinding.Create("Cluster.ElectionInProgress", [.. evidence, body, ("value", before)]);
            case "Rpc.DialFailed" when view.IsElsewhere:
                return ConsulFinding.Create("Wan.RemoteDcDownFresh", [.. evidence, body, ("datacenter", context.Session.Datacenter)]);
            default:
                return failure.Finding;
        }
    }
}
