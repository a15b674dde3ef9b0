using ConsulKvTools.Kv.Writing;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Kv;

/// <summary>Writes keys and finds out what became of each write.</summary>
internal sealed class KvWriter(ConsulKvSession session)
{
    /// <summary>One write, to the end. Bad input, refusals and failures are outcomes, not exceptions.</summary>
    public async Task<ConsulKvWriteResult> WriteAsync(ConsulKvWrite write, CancellationToken cancellation)
    {
        var problem = Check(ref write);
        var ticket = session.Telemetry.Begin(session, write.Kind);
        try
        {
            var result = problem is not null ? Refused(write, problem, ticket.Id) : await RunAsync(write, ticket, cancellation).ConfigureAwait(false);
            session.Telemetry.End(session, ticket, write, result);
            return result;
        }
        catch
        {
            session.Telemetry.Abort(ticket);
            throw;
        }
    }

    /// <summary>Why this write is not sent; null when it is sound. A write that has two spellings is given the one that is sent.</summary>
    internal ConsulFinding? Check(ref ConsulKvWrite write)
    {
        write = Normalize(write);
        return Problem(write);
    }

    /// <summary>Runs a write that is sound, from the beginning or from where <paramref name="earlier"/> attempts left it. Whoever began it ends it.</summary>
    internal async Task<ConsulKvWriteResult> RunAsync(ConsulKvWrite write, WriteTicket ticket, CancellationToken cancellation, EarlierAttempts? earlier = null)
    {
        if (write.OperationPrefix is { } prefix)
            return await new MarkedRun(session, [write], prefix).RunAndCleanAsync(ticket, cancellation).ConfigureAwait(false);
        WriteRun run = write.Kind switch
        {
            ConsulKvWriteKind.CheckAndSet or ConsulKvWriteKind.CreateOnly => new CheckAndSetRun(session, write),
            ConsulKvWriteKind.Delete => new DeleteRun(session, write),
            ConsulKvWriteKind.DeleteCheckAndSet => new DeleteCheckAndSetRun(session, write),
            ConsulKvWriteKind.DeleteTree => new DeleteTreeRun(session, write),
            ConsulKvWriteKind.Acquire or ConsulKvWriteKind.Release => new LockRun(session, write),
            _ => new PutRun(session, write),
        };
        return await run.RunAsync(ticket, cancellation, earlier).ConfigureAwait(false);
    }

    /// <summary>The result of a write that was never sent, because the caller stopped before its turn.</summary>
    internal ConsulKvWriteResult Cancelled(ConsulKvWrite write, Guid id) => Refused(write, ConsulFinding.Create("Outcome.Cancelled", ("key", Printable.Text(write.Key))), id);

    /// <summary>All or none, in one transaction. One result a write, in order.</summary>
    /// <param name="writes">The writes.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="checks">What has to be so of other keys; null for nothing. Not together with a marker.</param>
    public async Task<IReadOnlyList<ConsulKvWriteResult>> WriteAtomicAsync(IReadOnlyList<ConsulKvWrite> writes, CancellationToken cancellation, IReadOnlyList<TransactionGuard>? checks = null)
    {
        var tickets = new WriteTicket[writes.Count];
        for (var position = 0; position < tickets.Length; position++) tickets[position] = session.Telemetry.Begin(session, writes[position].Kind);
        try
        {
            var results = await RunAtomicAsync(writes, new ArraySegment<WriteTicket>(tickets), cancellation, checks).ConfigureAwait(false);
            for (var position = 0; position < tickets.Length; position++) session.Telemetry.End(session, tickets[position], writes[position], results[position]);
            return results;
        }
        catch
        {
            foreach (var ticket in tickets) session.Telemetry.Abort(ticket);
            throw;
        }
    }

    /// <summary>As <see cref="WriteAtomicAsync"/>, of writes that were begun; whoever began them ends them.</summary>
    internal async Task<IReadOnlyList<ConsulKvWriteResult>> RunAtomicAsync(IReadOnlyList<ConsulKvWrite> writes, IReadOnlyList<WriteTicket> tickets, CancellationToken cancellation, IReadOnlyList<TransactionGuard>? checks = null)
    {
        if (writes.Count == 0) return [];
        var all = writes.Select(Normalize).ToArray();
        var doubled = all.GroupBy(write => write.Key, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        for (var position = 0; position < all.Length; position++)
        {
            var problem = Problem(all[position])
                ?? KvKey.CheckInTransaction(all[position].Key)
                ?? (doubled == all[position].Key ? ConsulFinding.Create("Request.Invalid", ("key", Printable.Text(doubled)), ("source", "-Atomic"), ("problem", $"{Printable.Text(doubled, 120)} stands twice in the transaction, in which each key can be changed once")) : Misfit(all[position], all[0]));
            if (problem is not null) return NothingWritten(all, tickets, position, problem);
        }
        if (session.Namespace is not null || session.Partition is not null)
            return NothingWritten(all, tickets, 0, ConsulFinding.Create("Config.TxnNamespaceIgnored", ("source", "-Atomic"), ("problem", "a session with a namespace or partition")));
        var fit = new TransactionFit(all, all[0].OperationPrefix is { } markerPrefix ? MarkedRun.MarkOf(markerPrefix) : null);
        if (await fit.ProblemAsync(session, cancellation).ConfigureAwait(false) is { } tooMuch)
            return all.Select((write, position) => Refused(write, tooMuch, tickets[position].Id) with { Message = $"Nothing of this transaction was written. {tooMuch.Title}. {fit.Numbers}" }).ToArray();
        WriteRun run = all[0].OperationPrefix is { } prefix ? new MarkedRun(session, all, prefix) : new AtomicRun(session, all, checks ?? []);
        var shared = session.Telemetry.BeginTransaction(session, all.Length);
        var whole = run is MarkedRun marked ? await marked.RunAndCleanAsync(shared, cancellation).ConfigureAwait(false) : await run.RunAsync(shared, cancellation).ConfigureAwait(false);
        SessionTelemetry.EndTransaction(shared, whole);
        var indexes = run switch { MarkedRun some => some.Indexes, AtomicRun other => other.Indexes, _ => new Dictionary<string, ulong>() };
        return all.Select((write, position) => whole with
        {
            Key = write.Key,
            Kind = write.Kind,
            ValueSize = KvTransaction.HasValue(write.Kind) ? write.Value.Length : null,
            OperationId = tickets[position].Id,
            TransactionId = shared.Id,
            Retries = position == 0 ? whole.Retries : 0,
            // The agent was set to take less than most, or did not say what it takes.
            Message = whole.Code is "Limit.TxnOps" or "Limit.TxnMaxReqLen" ? $"Nothing of this transaction was written. {whole.Message}. {fit.Numbers}" : whole.Message,
            ModifyIndex = whole.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged && !IsRemoval(write) && indexes.TryGetValue(write.Key, out var index) ? index : null,
            Notes = whole.Outcome == ConsulKvOutcome.Written ? [.. whole.Notes.Select(note => About(write, note)), .. NotesOf(write, indexes.TryGetValue(write.Key, out var now) ? now : 0)] : [],
        }).ToArray();
    }

    /// <summary>The results of a transaction of which one write could not even be read from what was given.</summary>
    /// <param name="writes">The others.</param>
    /// <param name="reason">What is wrong with the one, without a full stop.</param>
    /// <param name="session">The session they were meant for.</param>
    public static IReadOnlyList<ConsulKvWriteResult> Spoiled(IReadOnlyList<ConsulKvWrite> writes, string reason, ConsulKvSession session)
    {
        var problem = ConsulFinding.Create("Request.Invalid", ("source", "-Atomic"), ("problem", $"{reason}, so nothing of this transaction was written"));
        var writer = new KvWriter(session);
        return writes.Select(write =>
        {
            var ticket = session.Telemetry.Begin(session, write.Kind);
            var result = writer.Refused(write, problem, ticket.Id);
            session.Telemetry.End(session, ticket, write, result);
            return result;
        }).ToArray();
    }

    /// <summary>What cannot stand in one transaction with the others; null when it can.</summary>
    private static ConsulFinding? Misfit(ConsulKvWrite write, ConsulKvWrite first)
    {
        (string, string)? problem =
            write.OperationPrefix != first.OperationPrefix ? ("-OperationPrefix", $"{Printable.Text(write.Key, 120)} has another operation prefix than {Printable.Text(first.Key, 120)}; a transaction has one marker")
            : null;
        return problem is { } found ? ConsulFinding.Create("Request.Invalid", ("key", Printable.Text(write.Key)), ("source", found.Item1), ("problem", found.Item2)) : null;
    }

    /// <summary>What was noted about the transaction, for one of its keys.</summary>
    private ConsulFinding About(ConsulKvWrite write, ConsulFinding note) =>
        ConsulFinding.Create(note.Code, ("key", Printable.Text(write.Key)), ("address", session.Address));

    /// <summary>A check-and-set that left the index where it was wrote what was there already: another may have won with the same index.</summary>
    internal static ConsulFinding[] NotesOf(ConsulKvWrite write, ulong index) =>
        write.Kind == ConsulKvWriteKind.CheckAndSet && index == write.Index
            ? [ConsulFinding.Create("Cas.SameValueIdempotent", ("key", Printable.Text(write.Key)), ("index", index))] : [];

    internal static bool IsRemoval(ConsulKvWrite write) => write.Kind is ConsulKvWriteKind.Delete or ConsulKvWriteKind.DeleteCheckAndSet or ConsulKvWriteKind.DeleteTree;

    /// <summary>An index of 0 is Consul's own way to say: only if it does not exist.</summary>
    private static ConsulKvWrite Normalize(ConsulKvWrite write) =>
        write is { Kind: ConsulKvWriteKind.CheckAndSet, Index: 0 } ? write with { Kind = ConsulKvWriteKind.CreateOnly } : write;

    /// <summary>Why this write is not sent; null when it can be.</summary>
    private ConsulFinding? Problem(ConsulKvWrite write)
    {
        if (KvKey.Check(write.Key, write.Kind == ConsulKvWriteKind.DeleteTree) is { } key) return key;
        if (write is { Kind: ConsulKvWriteKind.Put or ConsulKvWriteKind.CheckAndSet or ConsulKvWriteKind.CreateOnly or ConsulKvWriteKind.Delete, Fenced: false, OperationPrefix: null }) return null;
        (string, object?)[] evidence = [("key", Printable.Text(write.Key)), ("session", write.LockSession), ("index", write.Index)];
        switch (write.Kind)
        {
            case ConsulKvWriteKind.DeleteCheckAndSet when write.Index == 0:
                return ConsulFinding.Create("Cas.DeleteZero", evidence);
            case ConsulKvWriteKind.Acquire or ConsulKvWriteKind.Release when string.IsNullOrEmpty(write.LockSession):
                return ConsulFinding.Create("Session.Missing", evidence);
            case ConsulKvWriteKind.Acquire or ConsulKvWriteKind.Release when !Guid.TryParseExact(write.LockSession, "D", out _):
                return ConsulFinding.Create("Session.NotUuid", evidence);
            case ConsulKvWriteKind.DeleteTree when write.OperationPrefix is not null || write.Fenced:
                return ConsulFinding.Create("Request.Invalid", [.. evidence, ("source", "-Recurse"), ("problem", "the removal of a tree cannot be fenced or marked")]);
        }
        if (write.Fenced && write.Kind is not (ConsulKvWriteKind.Put or ConsulKvWriteKind.Delete))
            return ConsulFinding.Create("Request.Invalid", [.. evidence, ("source", "-Fenced"), ("problem", "it is for plain writes only; this one already has a check of its own")]);
        if (write.OperationPrefix is not { } prefix) return null;
        if (KvKey.Check(prefix + "x", isPrefix: false) is { } marker) return marker;
        return session.Namespace is not null || session.Partition is not null
            ? ConsulFinding.Create("Config.TxnNamespaceIgnored", [.. evidence, ("source", "-OperationPrefix"), ("problem", "a session with a namespace or partition")])
            : null;
    }

    private ConsulKvWriteResult[] NothingWritten(IReadOnlyList<ConsulKvWrite> all, IReadOnlyList<WriteTicket> tickets, int position, ConsulFinding problem) =>
        all.Select((write, index) => index == position
            ? Refused(write, problem, tickets[index].Id)
            : Refused(write, problem, tickets[index].Id) with { Message = $"Nothing of this transaction was written, because of {Printable.Text(all[position].Key, 120)}: {problem.Title}" }).ToArray();

    /// <summary>The result of a write that is not sent.</summary>
    internal ConsulKvWriteResult Refused(ConsulKvWrite write, ConsulFinding problem, Guid id) => new()
    {
        OperationId = id,
        Key = write.Key,
        Kind = write.Kind,
        Outcome = ConsulKvOutcome.Failed,
        Finding = problem,
        Message = problem.Title,
        Remedy = problem.Remedy,
        Session = session.Name,
        Origin = session,
    };
}
