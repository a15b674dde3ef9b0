using ConsulKvTools.Http;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Whether the key can be addressed as it is, and what stands there now.</summary>
internal sealed class KeyProbe : IProbe
{
    public string Name => "Key";

    public ConsulLayer Layer => ConsulLayer.Key;

    public ConsulLayer? Needs => ConsulLayer.Http;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        if (context.Request.Key is not { } key) return ProbeResults.Skipped("no key was given");
        var isPrefix = context.Request.Operation is AclOperation.List or AclOperation.DeleteRecurse;
        if (KvKey.Check(key, isPrefix) is { } problem)
            return ProbeResults.From(problem.Title, await StoredTraces.BehindSlashAsync(context, key, problem, cancellation).ConfigureAwait(false) is { } stray ? [problem, stray] : [problem]);
        // Without a leader only a stale read is answered at once.
        var mode = context.Facts.Find<HttpFacts>() is { Leader: { Length: > 0 } } ? "" : "stale";
        var request = ConsulRequest.Get(KvKey.PrefixPath(key), isPrefix ? "keys&separator=/&" + mode : mode) with { MaxBody = 64 * 1024 * 1024 };
        var (response, failure) = await ProbeHttp.SendAsync(context, request, key, KvReader.KvQueryAnswers, cancellation).ConfigureAwait(false);
        if (failure is not null)
            return ProbeResults.From(failure.Finding.Title, [failure.Finding]);
        if (response!.Status == 403) return ProbeResults.From("the token may not read the key", []);
        var findings = new List<ConsulFinding>();
        if (await StoredTraces.RestoredAsync(context, key, cancellation).ConfigureAwait(false) is { } restored) findings.Add(restored);
        if (response.Status == 404)
        {
            if (await StoredTraces.ElsewhereAsync(context, key, isPrefix, cancellation).ConfigureAwait(false) is { } elsewhere) findings.Add(elsewhere);
            return ProbeResults.From("the key does not exist yet", findings, ("KeyExists", false));
        }
        if (isPrefix) return ProbeResults.From("there are keys below the prefix", findings, ("KeyExists", true));
        var entry = KvJson.ReadSingle(response.Body, new KvJson.ReadContext(ConsulConsistency.Default, response.LastContact, context.Session.Name));
        findings.AddRange(await StoredTraces.OfAsync(context, entry, cancellation).ConfigureAwait(false));
        if (entry.LockSession is { } holder && context.Request.Operation is AclOperation.Write or AclOperation.Lock or AclOperation.Delete)
            findings.Add(ConsulFinding.Create("Key.Locked", ("key", Printable.Text(key)), ("holder", holder), ("session", holder)));
        return ProbeResults.From($"{entry.Bytes.Length} bytes, ModifyIndex {entry.ModifyIndex}", findings,
            ("KeyExists", true), ("KeyModifyIndex", entry.ModifyIndex), ("KeyBytes", entry.Bytes.Length), ("KeyFlags", entry.Flags), ("KeyLockSession", entry.LockSession));
    }
}
