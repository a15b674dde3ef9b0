using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Kv;

/// <summary>Writes keys and finds out what became of each write.</summary>
internal sealed class KvWriter(ConsulKvSession session)
{
    /// <summary>One write, to the end. Bad input, refusals and failures are outcomes, not exceptions.</summary>
    public async Task<ConsulKvWriteResult> WriteAsync(ConsulKvWrite write, CancellationToken cancellation)
    {
        write = Normalize(write);
        if (Problem(write) is { } problem) return Refused(write, problem);
        if (write.OperationPrefix is { } prefix)
            return await new MarkedRun(session, [write], prefix).RunAndCleanAsync(cancellation).ConfigureAwait(false);
        WriteRun run = write.Kind switch
        {
            ConsulKvWriteKind.CheckAndSet or ConsulKvWriteKind.CreateOnly => new CheckAndSetRun(session, write),
            ConsulKvWriteKind.Delete => new DeleteRun(session, write),
            ConsulKvWriteKind.DeleteCheckAndSet => new DeleteCheckAndSetRun(session, write),
            ConsulKvWriteKind.DeleteTree => new DeleteTreeRun(session, write),
            ConsulKvWriteKind.Acquire or ConsulKvWriteKind.Release => new LockRun(session, write),
            _ => new PutRun(session, write),
        };
        return await run.RunAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>All or none, in one transaction. One result a write, in order.</summary>
    public async Task<IReadOnlyList<ConsulKvWriteResult>> WriteAtomicAsync(IReadOnlyList<ConsulKvWrite> writes, CancellationToken cancellation)
    {
        if (writes.Count == 0) return [];
        var all = writes.Select(Normalize).ToArray();
        var doubled = all.GroupBy(write => write.Key, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        for (var position = 0; position < all.Length; position++)
        {
            var problem = Problem(all[position])
                ?? (doubled == all[position].Key ? ConsulFinding.Create("Request.Invalid", ("key", Printable.Text(doubled)), ("source", "-Atomic"), ("problem", "one key stands twice in the transaction")) : null);
            if (problem is not null) return NothingWritten(all, position, problem);
        }
        if (session.Namespace is not null || session.Partition is not null)
            return NothingWritten(all, 0, ConsulFinding.Create("Config.TxnNamespaceIgnored", ("source", "-Atomic"), ("problem", "a session with a namespace or partition")));
        WriteRun run = all[0].OperationPrefix is { } prefix ? new MarkedRun(session, all, prefix) : new AtomicRun(session, all);
        var whole = run is MarkedRun marked ? await marked.RunAndCleanAsync(cancellation).ConfigureAwait(false) : await run.RunAsync(cancellation).ConfigureAwait(false);
        var indexes = run switch { MarkedRun some => some.Indexes, AtomicRun other => other.Indexes, _ => new Dictionary<string, ulong>() };
        return all.Select(write => whole with
        {
            Key = write.Key,
            Kind = write.Kind,
            ModifyIndex = whole.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged && !IsRemoval(write) && indexes.TryGetValue(write.Key, out var index) ? index : null,
            Notes = whole.Outcome == ConsulKvOutcome.Written ? [.. whole.Notes.Select(note => About(write, note)), .. Notes(write, indexes)] : [],
        }).ToArray();
    }

    /// <summary>What was noted about the transaction, for one of its keys.</summary>
    private ConsulFinding About(ConsulKvWrite write, ConsulFinding note) =>
        ConsulFinding.Create(note.Code, ("key", Printable.Text(write.Key)), ("address", session.Address));

    /// <summary>A check-and-set that left the index where it was wrote what was there already: another may have won with the same index.</summary>
    private static ConsulFinding[] Notes(ConsulKvWrite write, IReadOnlyDictionary<string, ulong> indexes) =>
        write.Kind == ConsulKvWriteKind.CheckAndSet && indexes.TryGetValue(write.Key, out var index) && index == write.Index
            ? [ConsulFinding.Create("Cas.SameValueIdempotent", ("key", Printable.Text(write.Key)), ("index", index))] : [];

    internal static bool IsRemoval(ConsulKvWrite write) => write.Kind is ConsulKvWriteKind.Delete or ConsulKvWriteKind.DeleteCheckAndSet or ConsulKvWriteKind.DeleteTree;

    /// <summary>An index of 0 is Consul's own way to say: only if it does not exist.</summary>
    private static ConsulKvWrite Normalize(ConsulKvWrite write) =>
        write is { Kind: ConsulKvWriteKind.CheckAndSet, Index: 0 } ? write with { Kind = ConsulKvWriteKind.CreateOnly } : write;

    /// <summary>Why this write is not sent; null when it can be.</summary>
    private ConsulFinding? Problem(ConsulKvWrite write)
    {
        if (KvKey.Check(write.Key, write.Kind == ConsulKvWriteKind.DeleteTree) is { } key) return key;
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

    private ConsulKvWriteResult[] NothingWritten(IReadOnlyList<ConsulKvWrite> all, int position, ConsulFinding problem) =>
        all.Select((write, index) => index == position
            ? Refused(write, problem)
            : Refused(write, problem) with { Message = $"Nothing of this transaction was written, because of {Printable.Text(all[position].Key, 120)}: {problem.Title}" }).ToArray();

    private ConsulKvWriteResult Refused(ConsulKvWrite write, ConsulFinding problem) => new()
    {
        Key = write.Key,
        Kind = write.Kind,
        Outcome = ConsulKvOutcome.Failed,
        Finding = problem,
        Message = problem.Title,
        Remedy = problem.Remedy,
        Session = session.Name,
    };
}
