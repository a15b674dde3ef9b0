using System.Runtime.CompilerServices;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Kv;

/// <summary>Reads keys. Failures that another attempt can cure are tried again; what stays is thrown with its finding.</summary>
internal sealed class KvReader(ConsulKvSession session)
{
    /// <summary>Reads one key.</summary>
    /// <exception cref="ConsulKeyException">The key cannot be sent as it is.</exception>
    /// <exception cref="ConsulException">No answer could be had.</exception>
    public Task<KvReadResult> GetAsync(string key, ConsulConsistency consistency, CancellationToken cancellation) => GetAsync(key, consistency, "", cancellation);

    /// <summary>Reads one key by a blocking query.</summary>
    /// <param name="key">The key.</param>
    /// <param name="consistency">The read mode.</param>
    /// <param name="query">More of the query, escaped; empty for none.</param>
    /// <param name="cancellation">Stops the read.</param>
    internal async Task<KvReadResult> GetAsync(string key, ConsulConsistency consistency, string query, CancellationToken cancellation)
    {
        // Agents may be set to take values far over the usual 512 KiB; JSON makes them a third larger.
        var request = ConsulRequest.Get(KvKey.Path(key), Join(QueryOf(consistency), query)) with { MaxBody = 64 * 1024 * 1024 };
        var measurement = session.Telemetry.BeginRead(session, query.Length == 0 ? ConsulKvOperation.Read : ConsulKvOperation.Wait);
        try
        {
            var response = await Queries.SendAsync(session, request, KvQueryAnswers, key, measurement, cancellation).ConfigureAwait(false);
            measurement.Bytes = response.Body.Length;
            var read = Interpret(response, key, consistency);
            measurement.End(read.State, read.Finding?.Code);
            return read;
        }
        catch (Exception error)
        {
            measurement.End(error);
            throw;
        }
    }

    /// <summary>What an answer to a GET of one key says; the answer is 200, 403 or a 404 of Consul's.</summary>
    internal KvReadResult Interpret(ConsulResponse response, string key, ConsulConsistency consistency)
    {
        if (response.Status == 403)
            return new KvReadResult(KvReadState.Forbidden, null, Classifier.Classify(response, ConsulRequest.Get("/v1/kv/"), session, key).Finding, response.Index, response.LastContact);
        if (response.Status == 404)
            return new KvReadResult(KvReadState.Missing, null, ConsulFinding.Create("Key.Missing", ("key", Printable.Text(key)), ("prefix", Printable.Text(KvKey.Folder(key))), ("address", session.Address)), response.Index, response.LastContact);
        ConsulKvEntry entry;
        try
        {
            entry = KvJson.ReadSingle(response.Body, key, response.Mask, ContextOf(response.LastContact, consistency));
        }
        catch (ConsulTransportException malformed)
        {
            throw Broken(malformed);
        }
        return new KvReadResult(KvReadState.Found, entry, null, response.Index, response.LastContact);
    }

    /// <summary>Reads every entry below a prefix while the answer is still coming in.</summary>
    /// <param name="prefix">The prefix; empty reads the whole store.</param>
    /// <param name="consistency">The read mode.</param>
    /// <param name="report">Called once, before the first entry, with the answer's state; Missing or Filtered when nothing or not all is shown.</param>
    /// <param name="cancellation">Stops the read.</param>
    public IAsyncEnumerable<ConsulKvEntry> ListAsync(string prefix, ConsulConsistency consistency, Action<KvReadState, ConsulFinding?> report, CancellationToken cancellation) =>
        OneByOneAsync(ListPiecesAsync(prefix, consistency, report, cancellation), cancellation);

    /// <summary>As <see cref="ListAsync"/>, in pieces as they come in: for many entries at the least cost.</summary>
    public IAsyncEnumerable<ConsulKvEntry[]> ListPiecesAsync(string prefix, ConsulConsistency consistency, Action<KvReadState, ConsulFinding?> report, CancellationToken cancellation) =>
        StreamAsync(ConsulKvOperation.List, KvKey.PrefixPath(prefix), Join("recurse", QueryOf(consistency)), prefix, report,
            head => new KvEntryReader(ContextOf(head.LastContact, consistency), prefix), cancellation);

    /// <summary>Reads the names of the keys below a prefix, without values.</summary>
    /// <param name="prefix">The prefix; empty reads the whole store.</param>
    /// <param name="separator">Names are cut after the first separator behind the prefix; null gives whole keys.</param>
    /// <param name="consistency">The read mode.</param>
    /// <param name="report">As for <see cref="ListAsync"/>.</param>
    /// <param name="cancellation">Stops the read.</param>
    public IAsyncEnumerable<string> NamesAsync(string prefix, string? separator, ConsulConsistency consistency, Action<KvReadState, ConsulFinding?> report, CancellationToken cancellation) =>
        OneByOneAsync(NamePiecesAsync(prefix, separator, consistency, report, cancellation), cancellation);

    /// <summary>As <see cref="NamesAsync"/>, in pieces as they come in.</summary>
    public IAsyncEnumerable<string[]> NamePiecesAsync(string prefix, string? separator, ConsulConsistency consistency, Action<KvReadState, ConsulFinding?> report, CancellationToken cancellation)
    {
        var query = separator is null ? "keys" : "keys&separator=" + Uri.EscapeDataString(separator);
        return StreamAsync(ConsulKvOperation.ListNames, KvKey.PrefixPath(prefix), Join(query, QueryOf(consistency)), prefix, report, _ => new KvNameReader(prefix), cancellation);
    }

    /// <summary>Reads what keys below a prefix there are and how large they are: the values come in and are dropped, so that nothing but the names is kept.</summary>
    /// <param name="prefix">The prefix; empty reads the whole store.</param>
    /// <param name="consistency">The read mode.</param>
    /// <param name="report">As for <see cref="ListAsync"/>.</param>
    /// <param name="index">Told the answer's index, before the first piece; also where there are no keys.</param>
    /// <param name="cancellation">Stops the read.</param>
    public IAsyncEnumerable<Capacity.KvSize[]> SizePiecesAsync(
        string prefix, ConsulConsistency consistency, Action<KvReadState, ConsulFinding?> report, Action<ulong?> index, CancellationToken cancellation) =>
        StreamAsync(ConsulKvOperation.List, KvKey.PrefixPath(prefix), Join("recurse", QueryOf(consistency)), prefix, report, _ => new Capacity.KvSizeReader(prefix), cancellation, index);

    /// <summary>The statuses that are answers to a read, not failures of it.</summary>
    internal static bool KvQueryAnswers(ConsulResponse response) =>
        response.Status is 200 || (response.Status is 403 && Classifier.IsAclDenial(response)) || (response.Status is 404 && response.Index is not null);

    /// <summary>The listing, counted: how it ended, and its time without what its reader did meanwhile.</summary>
    private async IAsyncEnumerable<T[]> StreamAsync<T>(
        ConsulKvOperation operation, string path, string query, string prefix, Action<KvReadState, ConsulFinding?> report,
        Func<ConsulResponse, KvElementReader<T>> readerFor, [EnumeratorCancellation] CancellationToken cancellation, Action<ulong?>? index = null)
    {
        var measurement = session.Telemetry.BeginRead(session, operation);
        (KvReadState State, string? Code) told = (KvReadState.Found, null);
        var pieces = OpenAsync(path, query, prefix, (state, finding) => report((told = (state, finding?.Code)).State, finding), readerFor, measurement, index, cancellation).GetAsyncEnumerator(cancellation);
        try
        {
            while (true)
            {
                try
                {
                    if (!await pieces.MoveNextAsync().ConfigureAwait(false)) break;
                }
                catch (Exception error)
                {
                    measurement.End(error);
                    throw;
                }
                var held = session.Time.GetTimestamp();
                yield return pieces.Current;
                measurement.Held(held);
            }
            measurement.End(told.State, told.Code);
        }
        finally
        {
            await pieces.DisposeAsync().ConfigureAwait(false);
            // Its reader wanted no more, or the end was said already.
            measurement.End(ConsulKvMetricOutcome.Cancelled, null);
        }
    }

    private async IAsyncEnumerable<T[]> OpenAsync<T>(
        string path, string query, string prefix, Action<KvReadState, ConsulFinding?> report,
        Func<ConsulResponse, KvElementReader<T>> readerFor, ReadMeasurement measurement, Action<ulong?>? index, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = ConsulRequest.Get(path, query);
        var exchange = await Queries.BeginAsync(session, request, KvQueryAnswers, prefix, measurement, cancellation).ConfigureAwait(false);
        using (exchange)
        {
            var head = new ConsulResponse(exchange.Status, exchange.HttpVersion, exchange.Headers,
                exchange.Status == 200 ? [] : await exchange.ReadBodyAsync(64 * 1024).ConfigureAwait(false), exchange.Timings(), exchange.Mask);
            if (head.Status == 403)
            {
                report(KvReadState.Forbidden, Classifier.Classify(head, request, session, prefix).Finding);
                yield break;
            }
            index?.Invoke(head.Index);
            if (head.FilteredByAcls) report(KvReadState.Filtered, KvVisibility.Filtered(session, prefix));
            var any = false;
            if (head.Status == 200)
            {
                if (!head.FilteredByAcls) report(KvReadState.Found, null);
                var pieces = KvListStream.ReadAsync(exchange, readerFor(head), cancellation).GetAsyncEnumerator(cancellation);
                try
                {
                    while (await MoveAsync(pieces).ConfigureAwait(false))
                    {
                        any = true;
                        yield return pieces.Current;
                    }
                }
                finally
                {
                    await pieces.DisposeAsync().ConfigureAwait(false);
                    measurement.Bytes = exchange.Received;
                }
            }
            // Before 1.11 Consul does not say that it filtered: nothing at all may mean nothing to see.
            if (!any && !head.FilteredByAcls)
            {
                var hidden = await MayNotListAsync(prefix, cancellation).ConfigureAwait(false);
                report(hidden ? KvReadState.Filtered : KvReadState.Missing,
                    hidden ? KvVisibility.Filtered(session, prefix) : ConsulFinding.Create("Key.Missing", ("key", Printable.Text(prefix)), ("prefix", Printable.Text(prefix)), ("address", session.Address)));
            }
        }
    }

    private static async Task<bool> MoveAsync<T>(IAsyncEnumerator<T> pieces)
    {
        try
        {
            return await pieces.MoveNextAsync().ConfigureAwait(false);
        }
        catch (ConsulTransportException broken)
        {
            throw Broken(broken);
        }
    }

    private static async IAsyncEnumerable<T> OneByOneAsync<T>(IAsyncEnumerable<T[]> pieces, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var piece in pieces.WithCancellation(cancellation).ConfigureAwait(false))
            foreach (var element in piece) yield return element;
    }

    /// <summary>The catalogue says what kind of fault it is; where the body is at fault, the title says which.</summary>
    private static ConsulException Broken(ConsulTransportException failure)
    {
        var finding = failure.ToFinding();
        return ConsulException.From(failure.InnerException is KvBodyException body ? finding with { Title = $"{finding.Title}: {body.Message}" } : finding, failure);
    }

    /// <summary>True when the agent says that the token may see nothing here; false when it cannot be asked.</summary>
    internal async Task<bool> MayNotListAsync(string prefix, CancellationToken cancellation)
    {
        try
        {
            var answer = await Acl.AclAuthorizer.AskAsync(session, [new Acl.AclQuestion("key", "list", prefix), new Acl.AclQuestion("key", "read", prefix)], cancellation).ConfigureAwait(false);
            return answer is { } allowed && !allowed[0] && !allowed[1];
        }
        catch (ConsulException)
        {
            // The question is a courtesy: without an answer the read still says what Consul said.
            return false;
        }
    }

    private KvReadContext ContextOf(TimeSpan? lastContact, ConsulConsistency consistency) => new(consistency, lastContact, session.Name, session);

    private static string QueryOf(ConsulConsistency consistency) => consistency switch
    {
        ConsulConsistency.Consistent => "consistent",
        ConsulConsistency.Stale => "stale",
        _ => "",
    };

    private static string Join(string one, string other) => one.Length == 0 ? other : other.Length == 0 ? one : one + "&" + other;
}
