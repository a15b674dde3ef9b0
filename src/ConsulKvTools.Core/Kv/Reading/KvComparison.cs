namespace ConsulKvTools.Kv.Reading;

/// <summary>Reads one key in all three modes at once, so that staleness shows.</summary>
internal static class KvComparison
{
    /// <summary>Reads and compares. A mode without an answer is part of the report, not an exception.</summary>
    /// <exception cref="ConsulKeyException">The key cannot be sent as it is.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> fired.</exception>
    public static async Task<ConsulKvConsistencyReport> RunAsync(ConsulKvSession session, string key, CancellationToken cancellation)
    {
        KvKey.Path(key);
        // The stale one is asked first: asked later, a server would have had more time to catch up.
        var any = ReadAsync(session, key, ConsulConsistency.Stale, cancellation);
        var normal = ReadAsync(session, key, ConsulConsistency.Default, cancellation);
        var consistent = ReadAsync(session, key, ConsulConsistency.Consistent, cancellation);
        await Task.WhenAll(any, normal, consistent).ConfigureAwait(false);
        var (sure, usual, old) = (consistent.Result, normal.Result, any.Result);
        // Three reads without an answer show nothing that could be the same.
        var agrees = sure.State is not null && Same(sure, usual) && Same(sure, old);
        var behind = Behind(sure, old);
        bool? stale = behind is { } indexes ? indexes > 0 && !Same(sure, old) : null;
        return new ConsulKvConsistencyReport
        {
            Key = key,
            Agrees = agrees,
            Consistent = sure,
            Default = usual,
            Stale = old,
            IndexBehind = behind,
            TimeBehind = stale switch { true => old.LastContact, false => TimeSpan.Zero, _ => null },
            IsStale = stale,
            Finding = stale == true
                ? ConsulFinding.Create("Outcome.StaleRead", ("key", Printable.Text(key)), ("index", old.Entry?.ModifyIndex ?? old.Index), ("currentIndex", sure.Entry?.ModifyIndex ?? sure.Index),
                    ("lastContact", old.LastContact?.TotalMilliseconds), ("count", behind))
                : sure.State is null ? sure.Finding : old.State is null ? old.Finding : usual.State is null ? usual.Finding : null,
            Session = session.Name,
        };
    }

    /// <summary>Where both show the key, or both show none, their own index counts; where only one does, that of the answers.</summary>
    private static long? Behind(ConsulKvReading sure, ConsulKvReading old) => (sure, old) switch
    {
        ({ State: null or KvReadState.Forbidden }, _) or (_, { State: null or KvReadState.Forbidden }) => null,
        ({ Entry: { } now }, { Entry: { } then }) => (long)(now.ModifyIndex - then.ModifyIndex),
        ({ Entry: null }, { Entry: null }) => 0,
        ({ Index: { } now }, { Index: { } then }) => (long)(now - then),
        _ => null,
    };

    private static async Task<ConsulKvReading> ReadAsync(ConsulKvSession session, string key, ConsulConsistency consistency, CancellationToken cancellation)
    {
        var began = session.Time.GetTimestamp();
        try
        {
            var result = await new KvReader(session).GetAsync(key, consistency, cancellation).ConfigureAwait(false);
            return new ConsulKvReading
            {
                Consistency = consistency, State = result.State, Entry = result.Entry, Index = result.Index,
                LastContact = result.LastContact, Duration = session.Time.GetElapsedTime(began), Finding = result.Finding,
            };
        }
        catch (ConsulException failed)
        {
            return new ConsulKvReading { Consistency = consistency, Duration = session.Time.GetElapsedTime(began), Finding = failed.Finding };
        }
    }

    private static bool Same(ConsulKvReading one, ConsulKvReading other) =>
        one.State == other.State && one.Entry?.ModifyIndex == other.Entry?.ModifyIndex && one.Entry?.Flags == other.Entry?.Flags
        && (one.Entry?.Bytes ?? []).AsSpan().SequenceEqual(other.Entry?.Bytes ?? []);
}
