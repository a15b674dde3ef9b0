using ConsulKvTools.Capacity.Forecasting;
using ConsulKvTools.Capacity.History;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Capacity;

/// <summary>Measures a store in one listing, holds it against its limits and its history.</summary>
/// <param name="session">The session; its observer hears the requests.</param>
/// <param name="request">What shall be measured.</param>
internal sealed class StoreMeasurement(ConsulKvSession session, MeasurementRequest request)
{
    /// <summary>Measures.</summary>
    /// <param name="count">Told of keys as they come in.</param>
    /// <param name="warn">Told when rules hide some of the keys, or may.</param>
    /// <param name="fail">Told when the measurement could not be added to the history; it is given all the same.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">No answer could be had, rules hide everything, or the history cannot be used.</exception>
    public async Task<ConsulKvMeasurement> RunAsync(Action<long> count, Action<ConsulFinding> warn, Action<ConsulException> fail, CancellationToken cancellation)
    {
        // What is wrong with the history is said before minutes of measuring.
        var store = StoreIdentity.Of(session, request.Prefix);
        var history = request.HistoryPath is { } path ? MeasurementHistory.Read(path, store, session.Time.GetUtcNow()) : MeasurementHistory.Empty;
        var before = request.Since is { } since ? HistoryLine.Of(since, store) : null;
        var limits = AgentLimits.AskAsync(session, cancellation);
        var seesAll = new KvVisibility(session).IsWholeAsync(request.Prefix, cancellation);
        var startedAt = session.Time.GetUtcNow();
        var began = session.Time.GetTimestamp();

        var reader = new KvReader(session);
        var answer = new ListingAnswer();
        ulong? index = null;
        // Whether rules hide something decides which measurement it can be compared with.
        var complete = before ?? history.Last(isPartial: false);
        var partial = before ?? history.Last(isPartial: true);
        StoreMeter? meter = null;
        await foreach (var piece in reader.SizePiecesAsync(request.Prefix, request.Consistency, answer.Take, found => index = found, cancellation).ConfigureAwait(false))
        {
            answer.Any = true;
            meter ??= new StoreMeter(request.Prefix, request.Depth, request.Top, (answer.State == KvReadState.Filtered || !await seesAll.ConfigureAwait(false) ? partial : complete)?.Index);
            foreach (var entry in piece) meter.Add(entry);
            count(piece.Length);
        }
        if (answer.Hidden is { } all && !answer.Any) throw ConsulException.From(all);
        var hidden = answer.Hidden ?? (await seesAll.ConfigureAwait(false) ? null : MayHide());
        if (hidden is not null) warn(hidden);
        meter ??= new StoreMeter(request.Prefix, request.Depth, request.Top, null);
        meter.End();
        var isPartial = hidden is not null;
        var measured = new ConsulKvMeasurement
        {
            Target = session.Address,
            Datacenter = session.Datacenter,
            Namespace = session.Namespace,
            Partition = session.Partition,
            Prefix = request.Prefix,
            Time = startedAt,
            Duration = session.Time.GetElapsedTime(began),
            Consistency = request.Consistency,
            Session = session.Name,
            Keys = meter.Keys,
            Bytes = meter.Bytes,
            KeyBytes = meter.KeyBytes,
            StoredBytes = meter.StoredBytes,
            IsPartial = isPartial,
            Index = Math.Max(index ?? 0, meter.Index),
            SizeClasses = meter.SizeClasses,
            // Arrays: what a collection expression makes of a read-only list has no indexer for PowerShell.
            LargestKeys = meter.LargestKeys.ToArray(),
            Prefixes = meter.Prefixes.ToArray(),
            DeepestPrefixes = meter.DeepestPrefixes.ToArray(),
            Limits = LimitsOf(meter, await limits.ConfigureAwait(false)),
            Secrets = session.SecretPrints,
        };
        measured = measured with { Churn = ChurnOf(measured, isPartial ? partial : complete, meter) };
        if (request.HistoryPath is null) return measured;
        if (request.AddsToHistory)
            try
            {
                MeasurementHistory.Add(request.HistoryPath, HistoryLine.Of(measured, store));
            }
            catch (ConsulException failed)
            {
                // What took minutes to measure is not thrown away for a full disk.
                fail(failed);
            }
        var points = history.Points(isPartial).Append(PointOf(measured)).ToArray();
        return measured with
        {
            History = points,
            HistoryProblems = history.Problems,
            Forecasts = new[]
            {
                Forecaster.Of(ConsulKvLimit.StoredBytes, request.LimitBytes, points, point => point.StoredBytes, isPartial),
                Forecaster.Of(ConsulKvLimit.Keys, request.LimitKeys, points, point => point.Keys, isPartial),
            },
        };
    }

    private static ConsulKvMeasurePoint PointOf(ConsulKvMeasurement measured) =>
        new() { Time = measured.Time, Keys = measured.Keys, Bytes = measured.Bytes, StoredBytes = measured.StoredBytes, Index = measured.Index };

    private static ConsulKvChurn? ChurnOf(ConsulKvMeasurement now, HistoryLine? before, StoreMeter meter)
    {
        // A store whose index went back was restored or is another one, or forgot removals: indexes of both say nothing of each other. 0 is an index nobody knows.
        if (before is null || before.Index == 0 || before.IsPartial != now.IsPartial || now.Index < before.Index) return null;
        // Whatever of the former keys and the new ones is not there.
        var removed = before.Keys + meter.Created - now.Keys;
        // More than were there and were made since, or gone without a trace: the indexes do not tell the story of these keys.
        if (!now.IsPartial && (removed < 0 || (removed > 0 && now.Index == before.Index))) return null;
        return new ConsulKvChurn
        {
            Since = before.Time,
            // Of two clocks the earlier measurement's may be a little ahead.
            Elapsed = now.Time > before.Time ? now.Time - before.Time : TimeSpan.Zero,
            Created = meter.Created,
            Changed = meter.Changed,
            Removed = now.IsPartial ? null : removed,
            StoredBytesGrown = now.StoredBytes - before.StoredBytes,
            IndexDistance = now.Index - before.Index,
        };
    }

    private ConsulFinding MayHide()
    {
        var shown = request.Prefix.Length == 0 ? "the whole store" : Printable.Text(request.Prefix, 200);
        return KvVisibility.Filtered(session, request.Prefix) with
        {
            Title = $"The measurement may lack keys: this agent does not say whether the token sees all of {shown}",
            Cause = "Consul leaves keys out of a list instead of denying it, and before 1.11 does not say so; only who may write all of it is known to see all of it. What the token may read is measured.",
            Remedy = "If the token's rules let it read all of that, with no rule below that denies it, nothing is missing; else measure with a token that may read it, or just the prefixes that this one is for.",
        };
    }

    private List<ConsulKvLimitUse> LimitsOf(StoreMeter meter, AgentLimits agent)
    {
        const string Own = "the agent's own setting", Version = "the agent's version", Default = "Consul's default";
        var transaction = agent.TransactionBytes ?? agent.ValueBytes;
        var limits = new List<ConsulKvLimitUse>
        {
            Use(ConsulKvLimit.Value, meter.Largest?.Bytes ?? 0, agent.ValueBytes ?? AgentLimits.DefaultBytes, meter.Largest?.Key, agent.ValueBytes is null ? Default : Own),
            Use(ConsulKvLimit.RaftEntry, meter.LargestEntry.Size, AgentLimits.DefaultBytes, meter.LargestEntry.Key, "raft's suggested maximum"),
            Use(ConsulKvLimit.TransactionBytes, meter.LargestTransaction.Size, transaction ?? AgentLimits.DefaultBytes, meter.LargestTransaction.Prefix, transaction is null ? Default : Own),
            Use(ConsulKvLimit.TransactionOperations, meter.MostOwnKeys.Size, agent.Operations ?? AgentLimits.OperationsOfOld, meter.MostOwnKeys.Prefix, agent.Operations is null ? $"{Default} up to 1.13" : Version),
            Use(ConsulKvLimit.Children, meter.MostChildren.Size, null, meter.MostChildren.Prefix, "Consul sets none"),
        };
        if (request.LimitBytes is { } bytes) limits.Add(Use(ConsulKvLimit.StoredBytes, meter.StoredBytes, bytes, null, "-LimitBytes"));
        if (request.LimitKeys is { } keys) limits.Add(Use(ConsulKvLimit.Keys, meter.Keys, keys, null, "-LimitKeys"));
        return limits;
    }

    private static ConsulKvLimitUse Use(ConsulKvLimit limit, long used, long? maximum, string? subject, string source) => new()
    {
        Limit = limit,
        Used = used,
        Maximum = maximum,
        IsBytes = limit is not (ConsulKvLimit.TransactionOperations or ConsulKvLimit.Children or ConsulKvLimit.Keys),
        Subject = subject,
        Source = source,
    };
}
