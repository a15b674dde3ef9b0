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
        if (KvKey.Check(key, isPrefix) is { } problem) return ProbeResults.From(problem.Title, [problem]);
        // Without a leader only a stale read is answered at once.
        var mode = context.Facts.Find<HttpFacts>() is { Leader: { Length: > 0 } } ? "" : "stale";
        var request = ConsulRequest.Get(KvKey.PrefixPath(key), isPrefix ? "keys&separator=/&" + mode : mode) with { MaxBody = 64 * 1024 * 1024 };
        var (response, failure) = await ProbeHttp.SendAsync(context, request, key, KvReader.KvQueryAnswers, cancellation).ConfigureAwait(false);
        // Nomad answers /v1/status/leader just as Consul does; only Consul knows /v1/kv.
        if (failure is { Code: "Key.WrongApiPath" } && context.Session.Target.Endpoint.PathPrefix.Length == 0)
            failure = failure with
            {
                Finding = ConsulFinding.Create("Http.NotConsul", ("address", context.Session.Address), ("host", context.Session.Target.Endpoint.Host), ("port", context.Session.Target.Endpoint.Port),
                    ("status", failure.Status), ("body", failure.Finding.Evidence["body"]), ("text", "it answers /v1/status/leader, as Nomad does too, but knows no /v1/kv")),
            };
        if (failure is not null)
            return ProbeResults.From(failure.Finding.Title, [failure.Finding]);
        if (response!.Status == 403) return ProbeResults.From("the token may not read the key", []);
        if (response.Status == 404) return ProbeResults.From("the key does not exist yet", [], ("KeyExists", false));
        if (isPrefix) return ProbeResults.From("there are keys below the prefix", [], ("KeyExists", true));
        var entry = KvJson.ReadSingle(response.Body, new KvJson.ReadContext(ConsulConsistency.Default, response.LastContact, context.Session.Name));
        var findings = new List<ConsulFinding>();
        if (entry.LockSession is { } holder && context.Request.Operation is AclOperation.Write or AclOperation.Lock or AclOperation.Delete)
            findings.Add(ConsulFinding.Create("Key.Locked", ("key", Printable.Text(key)), ("holder", holder), ("session", holder)));
        return ProbeResults.From($"{entry.Bytes.Length} bytes, ModifyIndex {entry.ModifyIndex}", findings,
            ("KeyExists", true), ("KeyModifyIndex", entry.ModifyIndex), ("KeyBytes", entry.Bytes.Length), ("KeyFlags", entry.Flags), ("KeyLockSession", entry.LockSession));
    }
}
