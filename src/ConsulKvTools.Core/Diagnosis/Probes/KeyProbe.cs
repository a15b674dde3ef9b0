using System.Text.Json;
using ConsulKvTools.Acl;
using ConsulKvTools.Http;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>What stands at the key now.</summary>
internal sealed class KeyProbe : IProbe
{
    private static readonly TimeSpan LookAlikePatience = TimeSpan.FromMilliseconds(250);

    public string Name => "Key";

    public ConsulLayer Layer => ConsulLayer.Key;

    public ConsulLayer? Needs => ConsulLayer.Http;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        if (context.Request.Key is not { } key) return ProbeResults.Skipped("no key was given");
        var isPrefix = context.Request.Operation is AclOperation.List or AclOperation.DeleteRecurse;
        if (KvKey.Check(key, isPrefix) is { } problem)
        {
            // That it cannot be sent has been said; that somebody stored it all the same is worth knowing.
            return await StoredTraces.BehindSlashAsync(context, key, problem, cancellation).ConfigureAwait(false) is { } stray
                ? ProbeResults.From(stray.Title, [stray]) : ProbeResults.Skipped("the key cannot be sent as it is");
        }
        // Without a leader only a stale read is answered at once.
        var mode = context.Facts.Find<HttpFacts>() is { Leader: { Length: > 0 } } ? "" : "stale";
        var request = ConsulRequest.Get(KvKey.PrefixPath(key), isPrefix ? "keys&separator=/&" + mode : mode) with { MaxBody = 64 * 1024 * 1024 };
        var (response, failure) = await ProbeHttp.SendAsync(context, request, key, KvReader.KvQueryAnswers, cancellation).ConfigureAwait(false);
        // Nomad answers /v1/status/leader just as Consul does, but says nothing of a datacenter and knows no /v1/kv.
        if (failure is { Code: "Key.WrongApiPath" } && context.Session.Target.Endpoint.PathPrefix.Length == 0
            && (await AgentSelf.FindAsync(context, cancellation).ConfigureAwait(false))?.Datacenter is null)
            failure = failure with
            {
                Finding = ConsulFinding.Create("Http.NotConsul", ("address", context.Session.Address), ("host", context.Session.Target.Endpoint.Host), ("port", context.Session.Target.Endpoint.Port),
                    ("status", failure.Status), ("body", failure.Finding.Evidence["body"]), ("text", "it answers /v1/status/leader, as Nomad does too, but knows no /v1/kv")),
            };
        var findings = KeyOddities.Of(key, isPrefix).ToList();
        if (failure is not null)
        {
            // What is a mere oddity elsewhere is the reason here.
            if (failure.Code == "Agent.UnprintableFilter" && KeyOddities.HasControl(key))
                findings = findings.ConvertAll(odd => odd.Code == "Key.ControlCharacter" ? odd with { Severity = FindingSeverity.Error } : odd);
            return ProbeResults.From(failure.Finding.Title, [failure.Finding, .. findings]);
        }
        if (response!.Status == 403 && isPrefix) return ProbeResults.From("the token may not list the prefix", findings);
        if (response.Status == 403) return ProbeResults.From("the token may not read the key", [ConsulFinding.Create("Key.Forbidden", ("key", Printable.Text(key))), .. findings]);
        if (isPrefix && (response.FilteredByAcls || ((response.Status == 404 || response.Text is "[]") && await MayNotListAsync(context, key, cancellation).ConfigureAwait(false))))
            return ProbeResults.From("what is below the prefix may be hidden from the token",
                [ConsulFinding.Create("Key.Filtered", ("key", Printable.Text(key)), ("prefix", Printable.Text(key)), ("address", context.Session.Address)), .. findings]);
        if (await StoredTraces.RestoredAsync(context, key, cancellation).ConfigureAwait(false) is { } restored) findings.Add(restored);
        if (response.Status == 404)
        {
            if (await StoredTraces.ElsewhereAsync(context, key, isPrefix, cancellation).ConfigureAwait(false) is { } elsewhere) findings.Add(elsewhere);
            if (!isPrefix && await LookAlikeAsync(context, key, mode, cancellation).ConfigureAwait(false) is { } other) findings.Add(other);
            if (context.Request.Operation is AclOperation.Read or AclOperation.Delete)
                findings.Add(ConsulFinding.Create("Key.Missing", ("key", Printable.Text(key)), ("prefix", Printable.Text(KvKey.Folder(key))), ("address", context.Session.Address)));
            return ProbeResults.From("the key does not exist yet", findings, ("KeyExists", false));
        }
        if (NotAKeysAnswer(context, response) is { } stranger) return ProbeResults.From(stranger.Title, [stranger, .. findings]);
        if (isPrefix) return ProbeResults.From("there are keys below the prefix", findings, ("KeyExists", true));
        var entry = KvJson.ReadSingle(response.Body, key, response.Mask, new KvReadContext(ConsulConsistency.Default, response.LastContact, context.Session.Name));
        findings.AddRange(await StoredTraces.OfAsync(context, entry, cancellation).ConfigureAwait(false));
        if (entry.LockSession is { } holder && context.Request.Operation is AclOperation.Write or AclOperation.Lock or AclOperation.Delete)
            findings.Add(ConsulFinding.Create(context.Request.Operation == AclOperation.Lock ? "Lock.Held" : "Key.Locked",
                ("key", Printable.Text(key)), ("holder", holder), ("session", holder), ("address", context.Session.Address)));
        return ProbeResults.From($"{entry.Bytes.Length} {(entry.Bytes.Length == 1 ? "byte" : "bytes")}, ModifyIndex {entry.ModifyIndex}", findings,
            ("KeyExists", true), ("KeyModifyIndex", entry.ModifyIndex), ("KeyBytes", entry.Bytes.Length), ("KeyFlags", entry.Flags), ("KeyLockSession", entry.LockSession));
    }

    /// <summary>
    /// What is wrong with a 200 that lists no keys; null for one that does. Consul sends an index with every one of them: where that is
    /// missing too, somebody else answers, who has the same answer for every path perhaps.
    /// </summary>
    private static ConsulFinding? NotAKeysAnswer(ProbeContext context, ConsulResponse response)
    {
        try
        {
            var reader = new Utf8JsonReader(response.Body);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartArray) return null;
        }
        catch (JsonException)
        {
            // Said below.
        }
        var endpoint = context.Session.Target.Endpoint;
        return ConsulFinding.Create(response.HasConsulHeader ? "Http.BodyMalformed" : "Http.NotConsul",
            ("address", context.Session.Address), ("host", endpoint.Host), ("port", endpoint.Port), ("status", response.Status),
            ("body", Printable.Text(response.ShownText, 120)), ("server", response.Header("Server")), ("text", "what it answers at /v1/kv is no list of keys"));
    }

    /// <summary>Before 1.11 Consul does not say that it left keys out: nothing to be seen may mean nothing that may be seen.</summary>
    private static async Task<bool> MayNotListAsync(ProbeContext context, string prefix, CancellationToken cancellation)
    {
        var answers = await new AclClient(context.Session, AclProbe.Send(context)).TryAskAsync([new AclQuestion("key", "list", prefix), new AclQuestion("key", "read", prefix)], cancellation).ConfigureAwait(false);
        return answers is [false, false];
    }

    /// <summary>The first other spelling of the key that exists; null when none does, or it cannot be seen.</summary>
    private static async Task<ConsulFinding?> LookAlikeAsync(ProbeContext context, string key, string mode, CancellationToken cancellation)
    {
        // One after the other, so that they take no connections from the other probes, and no longer than is worth it.
        var started = context.Session.Time.GetTimestamp();
        foreach (var other in KeyOddities.LookAlikes(key))
        {
            if (context.Session.Time.GetElapsedTime(started) > LookAlikePatience) return null;
            var request = ConsulRequest.Get(KvKey.Path(other), (mode.Length > 0 ? mode + "&" : "") + "raw");
            var (response, failure) = await ProbeHttp.SendAsync(context, request, other, _ => true, cancellation).ConfigureAwait(false);
            if (failure is not null) return null;
            if (response is { Status: 200 }) return ConsulFinding.Create("Key.LookAlike", ("key", Printable.Text(key)), ("value", Printable.Text(other)));
        }
        return null;
    }
}
