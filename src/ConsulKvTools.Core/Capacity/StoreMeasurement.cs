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
    /// <param name="warn">Told when rules hide some of the keys.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">No answer could be had, rules hide everything, or the history cannot be used.</exception>
    public async Task<ConsulKvMeasurement> RunAsync(Action<long> count, Action<ConsulFinding> warn, CancellationToken cancellation)
    {
        // What is wrong with the history is said before minutes of measuring.
        var store = StoreIdentity.Of(session, request.Prefix);
        var history = request.HistoryPath is { } path ? MeasurementHistory.Read(path, store) : MeasurementHistory.Empty;
        var before = request.Since is { } since ? HistoryLine.Of(since, store) : null;
        var limits = AgentLimits.AskAsync(session, cancellation);
        var startedAt = session.Time.GetUtcNow();
        var began = session.Time.GetTimestamp();

        var reader = new KvReader(session);
        var answer = new ListingAnswer();
        ulong? index = null;
        // Whether rules hide something is known with the answer's head, but which measurement it can be compared with only then: both are tried.
        var complete = before ?? history.Last(isPartial: false);
        var partial = before ?? history.Last(isPartial: true);
        StoreMeter? meter = null;
        await foreach (var piece in reader.SizePiecesAsync(request.Prefix, request.Consistency, answer.Take, found => index = found, cancellation).ConfigureAwait(false))
        {
            answer.Any = true;
            meter ??= new StoreMeter(request.Prefix, request.Depth, request.Top, (answer.State == KvReadState.Filtered ? partial : complete)?.Index);
            foreach (var entry in piece) meter.Add(entry);
            count(piece.Length);
        }
        if (answer.Hidden is { } hidden)
        {
            if (!answer.Any) throw ConsulException.From(hidden);
            warn(hidden);
        }
        meter ??= new StoreMeter(request.Prefix, request.Depth, request.Top, null);
        meter.End();
        var isPartial = answer.Hidden is not null;
        var measured = new ConsulKvMeasurement
        {
            Target = session.Address,
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
        if (request.AddsToHistory) MeasurementHistory.Add(request.HistoryPath, HistoryLine.Of(measured, store));
        var points = history.Points(isPartial).Append(PointOf(measured)).ToArray();
        return measured with
        {
            History = points,
            HistoryProblems = history.Problems,
            Forecasts = new[]
            {
                Forecaster.Of(ConsulKvLimit.StoredBytes, request.LimitBytes, points, point => point.StoredBytes),
                Forecaster.Of(ConsulKvLimit.Keys, request.LimitKeys, points, point => point.Keys),
            },
        };
    }

    private static ConsulKvMeasurePoint PointOf(ConsulKvMeasurement measured) =>
        new() { Time = measured.Time, Keys = measured.Keys, Bytes = measured.Bytes, StoredBytes = measured.StoredBytes, Index = measured.Index };

    private static ConsulKvChurn? ChurnOf(ConsulKvMeasurement now, HistoryLine? before, StoreMeter meter)
    {
        // A store whose index went back was restored or is another one: indexes of both say nothing of each other.
        if (before is null || before.IsPartial != now.IsPartial || now.Index < before.Index) return null;
        return new ConsulKvChurn
        {
            Since = before.Time,
            Elapsed = now.Time - before.Time,
            Created = meter.Created,
            Changed = meter.Changed,
            // Whatever of the former keys and the new ones is not there.
            Removed = Math.Max(0, before.Keys + meter.Created - now.Keys),
            StoredBytesGrown = now.StoredBytes - before.StoredBytes,
            IndexDistance = now.Index - before.Index,
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
