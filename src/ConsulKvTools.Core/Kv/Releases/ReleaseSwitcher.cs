using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Kv.Releases;

/// <summary>
/// Makes a release the current one, by one transaction: the pointer by check-and-set, the history by check-and-set, and beside them the checks that
/// the release's manifest and, as far as they fit, the keys of its tree are what was looked at. Of two switchers one wins; a release that is
/// removed or changed under way is not switched to.
/// </summary>
/// <param name="store">The configuration.</param>
internal sealed class ReleaseSwitcher(ReleaseStore store)
{
    // With pointer, history and manifest under the 64 operations of old agents; the bytes are a small part of what one takes.
    private const int MostChecked = 60;
    private const int MostCheckedBytes = 128 * 1024;

    private readonly ReleaseLayout layout = store.Layout;

    /// <summary>Looks whether a release can be switched to: it is published, and its tree is what was published.</summary>
    /// <param name="release">The release; null goes back to the one before the current.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">It cannot, or it could not be found out.</exception>
    public async Task<ReleasePlan> PlanAsync(string? release, CancellationToken cancellation)
    {
        if (release is not null) layout.Check(release);
        var state = await store.StateAsync(ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        var to = release ?? await store.PreviousAsync(state, cancellation).ConfigureAwait(false) ?? throw store.Fault("Release.NoPrevious", ("value", state.Current));
        var (manifest, index) = await store.ManifestAsync(to, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) ?? throw await MissingAsync(to, cancellation).ConfigureAwait(false);
        var tree = await store.TreeAsync(to, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
        return manifest.Fits(tree) ? new ReleasePlan(state, to, release is null, index, tree) : throw ConsulException.From(await store.ChangedAsync(to, manifest, tree.Count, cancellation).ConfigureAwait(false));
    }

    /// <summary>Makes the switch. What Consul or the network does to it is its outcome.</summary>
    public async Task<ConsulKvReleaseSwitch> RunAsync(ReleasePlan plan, CancellationToken cancellation)
    {
        var time = store.Session.Time;
        var began = time.GetTimestamp();
        var result = new ConsulKvReleaseSwitch
        {
            Name = layout.Name, From = plan.State.Current, To = plan.To, Outcome = ConsulKvOutcome.Unchanged, IsRollback = plan.IsRollback, Pointer = layout.Pointer, Prefix = layout.Tree(plan.To),
            Keys = plan.Tree.Count, Digest = plan.Tree.Digest, ModifyIndex = plan.State.PointerIndex, Session = store.Session.Name, Origin = store.Session.Unobserved,
        };
        if (!plan.IsCurrent)
        {
            result = await SwitchAsync(plan, result, cancellation).ConfigureAwait(false);
            if (result.Outcome == ConsulKvOutcome.Written) result = await LookAgainAsync(plan, result, cancellation).ConfigureAwait(false);
        }
        return result with { Duration = time.GetElapsedTime(began) };
    }

    private async Task<ConsulKvReleaseSwitch> SwitchAsync(ReleasePlan plan, ConsulKvReleaseSwitch result, CancellationToken cancellation)
    {
        var change = new ReleaseChange(Guid.NewGuid(), store.Session.Time.GetUtcNow(), plan.State.Current, plan.To, plan.IsRollback, ReleaseStore.Author);
        ConsulKvWrite[] writes =
        [
            new() { Key = layout.Pointer, Kind = ConsulKvWriteKind.CheckAndSet, Index = plan.State.PointerIndex, Value = System.Text.Encoding.UTF8.GetBytes(layout.Tree(plan.To)) },
            new() { Key = layout.History, Kind = ConsulKvWriteKind.CheckAndSet, Index = plan.State.HistoryIndex, Value = plan.State.History.With(change).ToBytes() },
        ];
        var checks = new List<TransactionGuard> { new(layout.Manifest(plan.To), plan.ManifestIndex) };
        var prefix = layout.Tree(plan.To);
        var fits = plan.Tree.Count <= MostChecked && plan.Tree.Keys.Sum(key => prefix.Length + key.Name.Length) <= MostCheckedBytes;
        if (fits) checks.AddRange(plan.Tree.Keys.Select(key => new TransactionGuard(prefix + key.Name, key.Index)));
        var results = await new KvWriter(store.Session).WriteAtomicAsync(writes, cancellation, checks).ConfigureAwait(false);
        var pointer = results[0];
        result = result with { Id = change.Id, IsCheckedWithin = fits, Attempts = pointer.Attempts, Outcome = pointer.Outcome, ModifyIndex = pointer.ModifyIndex, Finding = pointer.Finding, Message = pointer.Message };
        return pointer.Outcome switch
        {
            ConsulKvOutcome.Written => result with { Finding = null, Message = null },
            ConsulKvOutcome.Conflict => await LostAsync(plan, result, cancellation).ConfigureAwait(false),
            ConsulKvOutcome.Unknown => await FoundOutAsync(result, plan, change.Id, cancellation).ConfigureAwait(false),
            _ => result,
        };
    }

    /// <summary>
    /// A lost answer that the transaction's own questions could not settle. The history can: it has the switch's id exactly if the switch was made, and
    /// once it has moved on without it, the switch can never be made any more, since it was bound to the version before.
    /// </summary>
    private async Task<ConsulKvReleaseSwitch> FoundOutAsync(ConsulKvReleaseSwitch result, ReleasePlan plan, Guid id, CancellationToken cancellation)
    {
        try
        {
            var now = await store.StateAsync(ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
            if (now.History.Changes.Any(change => change.Id == id))
                return result with { Outcome = ConsulKvOutcome.Written, Finding = null, Message = null, ModifyIndex = now.Current == plan.To ? now.PointerIndex : null };
            if (now.HistoryIndex > plan.State.HistoryIndex) return Raced(result, plan, now);
        }
        catch (ConsulException)
        {
            // It stays unknown, for the reason that the transaction gave.
        }
        return result with { Message = $"{result.Finding!.Title}. It is not known whether {layout.Name} was switched. Ask for the same switch again once the cluster answers: where it was made, nothing more is done." };
    }

    /// <summary>What came first: another switch, or a removal or change of the release.</summary>
    private async Task<ConsulKvReleaseSwitch> LostAsync(ReleasePlan plan, ConsulKvReleaseSwitch result, CancellationToken cancellation)
    {
        try
        {
            var now = await store.StateAsync(ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
            if (now.PointerIndex != plan.State.PointerIndex || now.HistoryIndex != plan.State.HistoryIndex) return Raced(result, plan, now);
            var finding = await store.ManifestAsync(plan.To, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is { } there
                ? await store.ChangedAsync(plan.To, there.Manifest, (await store.TreeAsync(plan.To, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false)).Count, cancellation).ConfigureAwait(false)
                : (await MissingAsync(plan.To, cancellation).ConfigureAwait(false)).Finding;
            return result with { Finding = finding, Message = finding.Title };
        }
        catch (ConsulException)
        {
            // What the transaction was refused for is said in its own words then.
            return result;
        }
    }

    private ConsulKvReleaseSwitch Raced(ConsulKvReleaseSwitch result, ReleasePlan plan, ReleaseState now)
    {
        var by = now.History.Changes.LastOrDefault();
        var finding = store.Finding("Release.Raced", ("value", now.Current ?? "nothing"), ("user", by is null ? "somebody" : Printable.Text(by.By, 120)), ("expected", plan.To));
        return result with { Outcome = ConsulKvOutcome.Conflict, Finding = finding, Message = finding.Title, ModifyIndex = null };
    }

    /// <summary>
    /// No transaction can check that nothing was added to a tree, nor all keys of a large one: it was read before the switch, so it is read again
    /// after it. What was changed in between makes the switch void: it goes back at once, unless somebody has switched again.
    /// </summary>
    private async Task<ConsulKvReleaseSwitch> LookAgainAsync(ReleasePlan plan, ConsulKvReleaseSwitch result, CancellationToken cancellation)
    {
        try
        {
            var after = await store.TreeAsync(plan.To, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
            if (after.Digest == plan.Tree.Digest) return result;
        }
        catch (ConsulException failed)
        {
            return result with { Message = $"It is switched. That the tree is still what was published could not be seen afterwards: {failed.Finding.Title}" };
        }
        var (undone, state) = await UndoAsync(plan, result, cancellation).ConfigureAwait(false);
        var finding = store.Finding("Release.ChangedMeanwhile", ("value", plan.To), ("prefix", layout.Tree(plan.To)), ("state", state));
        // Failed says that nothing changed: only what is known to be undone is.
        var outcome = undone switch { true => ConsulKvOutcome.Failed, false => ConsulKvOutcome.Written, null => ConsulKvOutcome.Unknown };
        return result with { Outcome = outcome, Finding = finding, Message = finding.Title, ModifyIndex = undone == false ? result.ModifyIndex : null };
    }

    /// <summary>Puts back what was current before, or nothing where nothing was: whether that was done, null when it is not known, and what is so now, for people.</summary>
    private async Task<(bool? Undone, string State)> UndoAsync(ReleasePlan plan, ConsulKvReleaseSwitch result, CancellationToken cancellation)
    {
        try
        {
            var now = await store.StateAsync(ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
            if (now.Current != plan.To || now.History.Changes.LastOrDefault()?.Id != result.Id) return (false, "somebody has switched again since");
            var write = new ConsulKvWrite { Key = layout.Pointer, Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = now.PointerIndex };
            // A switch from nothing to nothing is none: the history is again what it was.
            var history = plan.State.History;
            var checks = new List<TransactionGuard>();
            if (plan.State.Current is { } before)
            {
                if (await store.ManifestAsync(before, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is not { } target) return (false, $"it is current nevertheless, because {before} is not there any more");
                write = write with { Kind = ConsulKvWriteKind.CheckAndSet, Value = System.Text.Encoding.UTF8.GetBytes(layout.Tree(before)) };
                history = now.History.With(new ReleaseChange(Guid.NewGuid(), store.Session.Time.GetUtcNow(), plan.To, before, IsRollback: true, ReleaseStore.Author));
                checks.Add(new(layout.Manifest(before), target.Index));
            }
            var undo = (await new KvWriter(store.Session).WriteAtomicAsync(
                [write, new() { Key = layout.History, Kind = ConsulKvWriteKind.CheckAndSet, Index = now.HistoryIndex, Value = history.ToBytes() }], cancellation, checks).ConfigureAwait(false))[0];
            return undo.Outcome switch
            {
                ConsulKvOutcome.Written => (true, $"{plan.State.Current ?? "nothing"} is current again"),
                ConsulKvOutcome.Unknown => (null, "whether it was switched back could not be found out"),
                _ => (false, $"it is current nevertheless, because it could not be switched back: {undo.Finding?.Title ?? undo.Outcome.ToString()}"),
            };
        }
        catch (ConsulException failed)
        {
            return (false, $"it is current nevertheless, because it could not be switched back: {failed.Finding.Title}");
        }
    }

    private async Task<ConsulException> MissingAsync(string release, CancellationToken cancellation)
    {
        var trees = await store.TreesAsync(cancellation).ConfigureAwait(false);
        var manifests = await store.ManifestsAsync(cancellation).ConfigureAwait(false);
        manifests.TryGetValue(release, out var record);
        var begun = record.Manifest;
        if (trees.TryGetValue(release, out var count) || begun is not null) return ConsulException.From(store.Unfinished(release, begun, count));
        var published = manifests.Where(manifest => manifest.Value.Manifest is not { IsSealed: false }).Select(manifest => manifest.Key).OrderBy(name => name, StringComparer.Ordinal).ToArray();
        var others = published.Length == 0 ? "none is published" : $"published are {string.Join(", ", published.Take(5).Select(name => Printable.Text(name, 60)))}{(published.Length > 5 ? $" and {published.Length - 5} more" : "")}";
        return store.Fault("Release.Missing", ("value", Printable.Text(release, 120)), ("detail", others));
    }
}
