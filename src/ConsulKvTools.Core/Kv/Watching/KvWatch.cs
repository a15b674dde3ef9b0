using System.Diagnostics;
using System.Runtime.CompilerServices;
using ConsulKvTools.Acl;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Resilience;
using ConsulKvTools.Retries;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Kv.Watching;

/// <summary>
/// Follows a key or a prefix by blocking queries, one at a time, and gives what has changed from one whole answer to the next. Whoever applies all
/// changes to what was there has what is there: no last state is missed and none is given twice, whatever happens to agents and connections.
/// </summary>
/// <remarks>
/// Each answer is the whole prefix, for Consul's KV knows no differences: a round costs one listing. Between two of them lies at least as much time
/// as the last took to read, so that a watch never keeps a connection busy for more than half the time.
/// </remarks>
/// <param name="session">The session.</param>
/// <param name="options">What is watched.</param>
/// <param name="tell">Hears what is no change; on any thread.</param>
internal sealed class KvWatch(ConsulKvSession session, KvWatchOptions options, Action<KvWatchNote> tell)
{
    // An agent, or a proxy with a cache, that answers at once without any change must not be asked in a tight loop.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly KvSnapshotReader reader = new(session, options.Name, options.IsPrefix);
    private readonly KvDifference difference = new(options.KeepsValues);

    // Apart from the session's: a watch goes on for as long as it takes, and does not close the circuit to those who write.
    private readonly RetryExecutor patient = RetryExecutors.Create(session.RetryPolicy with { MaxAttempts = int.MaxValue, CircuitBreakerFailures = 0 }, session.Time);

    // What is told of keys that are never seen is a guess, for a key may have been made and removed at once: the next one is told again, but not every moment.
    private static readonly TimeSpan GuessHolds = TimeSpan.FromHours(1);

    private int hidden;
    private long? guessed;
    private bool seesAll, isCutOff;
    private ConsulFinding? trouble;
    private ConsulFinding? blind;

    /// <summary>What the last attempt met; null when it got an answer, or none has ended yet.</summary>
    public ConsulFinding? Trouble => Volatile.Read(ref trouble);

    /// <summary>Why the watch can see nothing; null once it has seen a key, or where there is merely none.</summary>
    public ConsulFinding? Blind => Volatile.Read(ref blind);

    /// <summary>Watches until it is stopped. An array is never empty.</summary>
    /// <exception cref="ConsulException">The first answer could not be had; after that nothing but <paramref name="cancellation"/> ends it.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> fired.</exception>
    public async IAsyncEnumerable<ConsulKvChange[]> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var snapshot = await FirstAsync(cancellation).ConfigureAwait(false);
        var first = Begin(snapshot);
        var isHidden = options.IsPrefix && (snapshot.IsFiltered || (snapshot.Entries.Count == 0 && await new KvReader(session).MayNotListAsync(options.Name, cancellation).ConfigureAwait(false)));
        tell(new KvWatchNote(KvWatchNoteKind.Began, $"Watching {Amount.Of(difference.Count, "key")} from index {snapshot.Index}"));
        if (isHidden)
        {
            var finding = KvVisibility.Filtered(session, options.Name);
            if (snapshot.Entries.Count == 0) Volatile.Write(ref blind, finding);
            tell(new KvWatchNote(KvWatchNoteKind.Hidden, "Keys that are watched cannot be seen, and what happens to them neither", finding));
        }
        if (first.Length > 0) yield return first;
        var after = snapshot.Index;
        var isOther = false;
        var idle = TimeSpan.Zero;
        while (true)
        {
            await Pause.ForAsync(Longest(options.Interval, snapshot.Reading, idle), session.Time, cancellation).ConfigureAwait(false);
            var asked = session.Time.GetTimestamp();
            TellOfContact(snapshot);
            // Of a restored snapshot the waiting query hears at once, but with what was there before; the new store would hold a question about the old index for the whole wait.
            var isAsked = after > 0 && !isOther;
            snapshot = await NextAsync(isAsked ? after : 0, options.Consistency, cancellation).ConfigureAwait(false);
            isOther = isAsked && snapshot.Index == after && session.Time.GetElapsedTime(asked) < Soon;
            if (snapshot.Entries.Count > 0) Volatile.Write(ref blind, null);
            var isBack = snapshot.Index < after;
            if (isBack) snapshot = await SettleAsync(snapshot, after, cancellation).ConfigureAwait(false);
            var (changes, isSettled) = await TakeAsync(snapshot, after, cancellation).ConfigureAwait(false);
            if (changes.Length > 0) yield return changes;
            else if (isSettled && !isHidden && !isBack && !(guessed is { } told && session.Time.GetElapsedTime(told) < GuessHolds) && after > 0 && snapshot.Index > after && await MovedUnseenAsync(snapshot, cancellation).ConfigureAwait(false))
            {
                guessed = session.Time.GetTimestamp();
                tell(new KvWatchNote(KvWatchNoteKind.Hidden, $"Something changed below {Printable.Text(options.Name, 120)} that cannot be seen: a key that the token may not read, or one that was made and removed at once", KvVisibility.Filtered(session, options.Name)));
            }
            // Without an index nothing can be waited for; the answers of such an agent are compared all the same, once a second.
            idle = snapshot.Index == 0 ? LongestPause
                : snapshot.Index != after && isSettled || session.Time.GetElapsedTime(asked) > ShortestPause ? TimeSpan.Zero
                : idle == TimeSpan.Zero ? ShortestPause : idle + idle < LongestPause ? idle + idle : LongestPause;
            if (isSettled) after = snapshot.Index;
        }
    }

    /// <summary>How many of these changes to give when <paramref name="most"/> are wanted: those of one index stay together, for a watch that begins after an index would never give the rest.</summary>
    public static int Upto(long most, ConsulKvChange[] changes)
    {
        if (most >= changes.Length) return changes.Length;
        var count = (int)most;
        while (count < changes.Length && changes[count].Index == changes[count - 1].Index) count++;
        return count;
    }

    /// <summary>What comes sooner has not waited to the end: the agent holds a query for the wait and up to a sixteenth of it.</summary>
    private TimeSpan Soon => options.Wait - TimeSpan.FromTicks(options.Wait.Ticks / 16);

    /// <summary>What the watch begins with.</summary>
    private ConsulKvChange[] Begin(KvSnapshot snapshot)
    {
        var now = session.Time.GetUtcNow();
        var there = difference.Take(Wanted(snapshot));
        if (options.InitialState) return there.Select(one => ChangeOf(ConsulKvChangeKind.Initial, one.Entry, null, now)).ToArray();
        if (options.Since is not { } since) return [];
        return there.Where(one => one.Entry.ModifyIndex > since)
            .Select(one => ChangeOf(one.Entry.CreateIndex > since ? ConsulKvChangeKind.Added : ConsulKvChangeKind.Changed, one.Entry, null, now)).ToArray();
    }

    private async Task<(ConsulKvChange[] Changes, bool IsSettled)> TakeAsync(KvSnapshot snapshot, ulong after, CancellationToken cancellation)
    {
        var now = session.Time.GetUtcNow();
        var entries = Wanted(snapshot);
        var missing = difference.Missing(entries);
        var changes = difference.Take(entries).ConvertAll(one => ChangeOf(one.IsNew ? ConsulKvChangeKind.Added : ConsulKvChangeKind.Changed, one.Entry, one.Old, now));
        var isSettled = true;
        if (missing.Count > 0)
        {
            var gone = await GoneAsync(missing, snapshot, after, cancellation).ConfigureAwait(false);
            isSettled = gone is not null;
            foreach (var key in gone ?? [])
            {
                changes.Add(new ConsulKvChange
                {
                    Kind = ConsulKvChangeKind.Removed, Key = key, OldEntry = difference.Remove(key), Index = snapshot.Index, Time = now, Session = session.Name,
                });
            }
            if (gone is not null) Tell(missing.Count - gone.Count);
        }
        else Tell(0);
        return (changes.ToArray(), isSettled);
    }

    /// <summary>
    /// Those of the missing keys that were removed. The others the token may not read any more: Consul leaves such keys out of a list, and before
    /// 1.11 without a word. Null when that could not be found out: the next answer will show it.
    /// </summary>
    private async Task<IReadOnlyList<string>?> GoneAsync(List<string> missing, KvSnapshot snapshot, ulong after, CancellationToken cancellation)
    {
        // A single key that may not be read is denied, not left out.
        if (!options.IsPrefix) return missing;
        var single = new KvReader(session);
        try
        {
            // A removal moves the index, so this list is shorter for another reason. Only that of a prefix above may not, and it leaves nothing: then a key by itself is missing, and not denied.
            if (snapshot.Index == after && after > 0 && !snapshot.IsFiltered && hidden == 0 && await MayBeHiddenAsync(cancellation).ConfigureAwait(false))
                return snapshot.Entries.Count == 0 && (await single.GetAsync(missing[0], options.Consistency, cancellation).ConfigureAwait(false)).State == KvReadState.Missing ? missing : [];
            var allowed = await AclAuthorizer.AskAsync(session, missing.ConvertAll(key => new AclQuestion("key", "read", key)), cancellation).ConfigureAwait(false);
            if (allowed is not null) return missing.Where((_, number) => allowed[number]).ToList();
            if (!snapshot.IsFiltered) return missing;
            // The agent cannot be asked what the token may, but says that it left something out: each key answers for itself.
            var gone = new List<string>();
            foreach (var key in missing)
                if ((await single.GetAsync(key, options.Consistency, cancellation).ConfigureAwait(false)).State == KvReadState.Missing) gone.Add(key);
            return gone;
        }
        catch (ConsulException)
        {
            return null;
        }
    }

    /// <summary>
    /// The index of a prefix moves with its keys, the hidden ones among them. Where the agent says nothing of those, nothing else tells that they are there. Of a prefix without any
    /// key it is the whole store's, and moves with every key there is.
    /// </summary>
    private async Task<bool> MovedUnseenAsync(KvSnapshot snapshot, CancellationToken cancellation)
    {
        if (seesAll || !options.IsPrefix || !options.Exclude.IsEmpty || snapshot.Entries.Count == 0 || snapshot.IsFiltered || hidden > 0) return false;
        // A courtesy: while an agent is in trouble, changes must not wait for it, and no answer is no reason to warn.
        using var deadline = Deadline.In(session.RetryPolicy.AttemptTimeout, cancellation);
        try
        {
            seesAll = await new KvVisibility(session).IsWholeAsync(options.Name, deadline.Token).ConfigureAwait(false);
            return !seesAll;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>False where the agent has no ACLs, or cannot be asked.</summary>
    private async Task<bool> MayBeHiddenAsync(CancellationToken cancellation)
    {
        try
        {
            return await AclAuthorizer.AskAsync(session, [new AclQuestion("key", "read", options.Name)], cancellation).ConfigureAwait(false) is not null;
        }
        catch (ConsulException)
        {
            return true;
        }
    }

    private void Tell(int nowHidden)
    {
        if (nowHidden > 0 && hidden == 0)
            tell(new KvWatchNote(KvWatchNoteKind.Hidden, $"{Amount.Of(nowHidden, "key")} cannot be seen any more and may have changed unseen", KvVisibility.Filtered(session, options.Name, ("count", nowHidden))));
        else if (nowHidden == 0 && hidden > 0)
            tell(new KvWatchNote(KvWatchNoteKind.Visible, "All watched keys can be seen again"));
        hidden = nowHidden;
    }

    /// <summary>A server without a leader answers a stale watch as ever, and knows of no change: only this header tells it from a quiet store.</summary>
    private void TellOfContact(KvSnapshot snapshot)
    {
        var isNow = options.Consistency == ConsulConsistency.Stale && snapshot.LastContact > session.RetryPolicy.TotalTimeout;
        if (isNow == isCutOff) return;
        isCutOff = isNow;
        tell(isNow
            ? new KvWatchNote(KvWatchNoteKind.Interrupted, FormattableString.Invariant($"The server that answers last heard from a leader {snapshot.LastContact!.Value.TotalSeconds:0} s ago and may know nothing newer of {Printable.Text(options.Name, 120)}; the watch goes on"),
                ConsulFinding.Create("Cluster.FollowerLagging", ("key", options.IsPrefix ? null : Printable.Text(options.Name)), ("lastContact", Math.Round(snapshot.LastContact.Value.TotalMilliseconds)), ("address", session.Address)))
            : new KvWatchNote(KvWatchNoteKind.Resumed, "The server that answers hears from a leader again"));
    }

    private async Task<Attempt> TryAsync(ulong after, ConsulConsistency consistency, CancellationToken cancellation)
    {
        var attempt = new Attempt(await reader.TryReadAsync(after, options.Wait, consistency, cancellation).ConfigureAwait(false));
        Volatile.Write(ref trouble, attempt.Failure?.Finding);
        return attempt;
    }

    /// <summary>Either the store has gone back, or a server has answered that is behind: the leader, asked by consensus, knows.</summary>
    private async Task<KvSnapshot> SettleAsync(KvSnapshot older, ulong after, CancellationToken cancellation)
    {
        var settled = options.Consistency == ConsulConsistency.Consistent ? older : await NextAsync(0, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        tell(settled.Index < after
            ? new KvWatchNote(KvWatchNoteKind.WentBack, $"The index went back from {after} to {settled.Index}: a snapshot was restored, the store was begun anew, a prefix above was removed, or Consul forgot old removals; all was read again")
            : new KvWatchNote(KvWatchNoteKind.OldAnswer, $"An answer showed index {older.Index} after {after}: it was older, from a server that is behind, and was not used"));
        return settled;
    }

    /// <summary>The first answer, within the session's retry policy.</summary>
    private async Task<KvSnapshot> FirstAsync(CancellationToken cancellation)
    {
        var course = new RetryCourse(session);
        try
        {
            var run = await session.Executor.RunAsync(
                (_, _) => TryAsync(0, options.Consistency, cancellation),
                attempt => attempt.Failure is { } failure ? course.Judge(failure, failure.Retry != RetryAdvice.Never) : default,
                (attempt, pause) =>
                {
                    if (!course.MayPause(pause)) return false;
                    session.Observer?.TriedAgain(Action, attempt.Failure, course.Again(pause));
                    return true;
                }, cancellation).ConfigureAwait(false);
            return run.Last.Snapshot ?? throw ConsulException.From(run.Last.Failure!.Finding);
        }
        catch (CircuitOpenException open)
        {
            throw ConsulException.From(Classifier.CircuitOpen(session, options.Name, open.RetryAfter).Finding);
        }
    }

    /// <summary>The next answer, however long it takes to get one.</summary>
    /// <remarks>
    /// After a failure at once, with all that is there: an agent that was begun anew would hold a question about an index that it has yet to reach for the whole wait.
    /// </remarks>
    private async Task<KvSnapshot> NextAsync(ulong after, ConsulConsistency consistency, CancellationToken cancellation)
    {
        long? since = null;
        string? told = null;
        var run = await patient.RunAsync(
            (_, _) => TryAsync(since is null ? after : 0, consistency, cancellation),
            attempt => attempt.Failure is { } failure ? new Verdict(TryAgain: true, failure.IsOutage, failure.RetryAfter > TimeSpan.Zero ? failure.RetryAfter : null) : default,
            (attempt, pause) =>
            {
                var failure = attempt.Failure!;
                since ??= session.Time.GetTimestamp();
                var lasted = session.Time.GetElapsedTime(since.Value);
                session.Observer?.TriedAgain(Action, failure, $"tried again after {pause.TotalMilliseconds:0} ms: a watch goes on until it is stopped");
                if (told != failure.Code && (failure.Retry == RetryAdvice.Never || lasted > session.RetryPolicy.TotalTimeout))
                {
                    told = failure.Code;
                    tell(new KvWatchNote(KvWatchNoteKind.Interrupted, $"Nothing was heard of {Printable.Text(options.Name, 120)} for {lasted.TotalSeconds:0} s; the watch goes on", failure.Finding));
                }
                return true;
            }, cancellation).ConfigureAwait(false);
        if (since is { } began)
            tell(new KvWatchNote(KvWatchNoteKind.Resumed, FormattableString.Invariant($"Answers come again after {session.Time.GetElapsedTime(began).TotalSeconds:0.#} s")));
        return run.Last.Snapshot!;
    }

    private string Action => $"GET {Printable.Text(options.Name, 200)}";

    private IReadOnlyList<ConsulKvEntry> Wanted(KvSnapshot snapshot) =>
        options.Exclude.IsEmpty ? snapshot.Entries : snapshot.Entries.Where(entry => !options.Exclude.Match(entry.Key)).ToList();

    private ConsulKvChange ChangeOf(ConsulKvChangeKind kind, ConsulKvEntry entry, ConsulKvEntry? old, DateTimeOffset now) =>
        new() { Kind = kind, Key = entry.Key, OldEntry = old, NewEntry = entry, Index = entry.ModifyIndex, Time = now, Session = session.Name };

    private static TimeSpan Longest(params TimeSpan[] times) => times.Max();

    private sealed record Attempt(KvSnapshot? Snapshot, Failure? Failure)
    {
        public Attempt((KvSnapshot? Snapshot, Failure? Failure) read)
            : this(read.Snapshot, read.Failure)
        {
        }
    }
}
