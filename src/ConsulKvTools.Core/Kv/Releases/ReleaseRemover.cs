using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Kv.Releases;

/// <summary>
/// Removes releases that are not in use: manifest and tree in one transaction that checks that the pointer has not moved. So a release is there or it is
/// not; no half of one is left, wherever this breaks off.
/// </summary>
/// <param name="store">The configuration.</param>
internal sealed class ReleaseRemover(ReleaseStore store)
{
    private readonly ReleaseLayout layout = store.Layout;

    /// <summary>The releases that may go, oldest first: never the current one, nor the one before it, nor one that was switched from or published a moment ago.</summary>
    /// <param name="releases">All of them, oldest first.</param>
    /// <param name="keep">How many of the newest published ones stay besides.</param>
    /// <param name="grace">How long ago a release must have been published and left.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<ConsulKvRelease> Removable(IReadOnlyList<ConsulKvRelease> releases, int keep, TimeSpan grace, DateTimeOffset now)
    {
        // Without its manifest nobody knows whether a tree is being published this moment.
        var published = releases.Where(release => release.Created is not null).ToArray();
        return [.. published.Take(Math.Max(0, published.Length - keep)).Where(release => InUse(release, grace, now) is null)];
    }

    /// <summary>Why a release has to stay, without a full stop; null when it may go.</summary>
    public static string? InUse(ConsulKvRelease release, TimeSpan grace, DateTimeOffset now) => release.Status switch
    {
        ConsulKvReleaseStatus.Current => "it is the current one",
        ConsulKvReleaseStatus.Previous => "a rollback goes back to it",
        _ when now - release.LastSwitched < grace => "it was current a moment ago, and a slow reader may still be reading it",
        _ when now - release.Created < grace => "it was published a moment ago",
        _ => null,
    };

    /// <summary>Removes one release, if it is still what was looked at: its manifest is that one, and by now it is in no use either.</summary>
    /// <param name="release">The release as it was listed.</param>
    /// <param name="grace">How long ago it must have been published and left.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What became of it, as the removal of its tree.</returns>
    /// <exception cref="ConsulException">It could not be found out whether it may go.</exception>
    public async Task<ConsulKvWriteResult> RemoveAsync(ConsulKvRelease release, TimeSpan grace, DateTimeOffset now, CancellationToken cancellation)
    {
        var writer = new KvWriter(store.Session);
        var state = await store.StateAsync(ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        if (await InUseAsync(release, state, grace, now, cancellation).ConfigureAwait(false) is { } used) throw ConsulException.From(used);
        var manifest = layout.Manifest(release.Release);
        // The history moves with the pointer, even where that is moved away and back.
        var checks = new List<TransactionGuard> { new(layout.History, state.HistoryIndex), new(layout.Pointer, state.PointerIndex) };
        var writes = new List<ConsulKvWrite> { new() { Key = layout.Tree(release.Release), Kind = ConsulKvWriteKind.DeleteTree } };
        if (release.ManifestIndex == 0) checks.Add(new(manifest, 0));
        else writes.Insert(0, new() { Key = manifest, Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = release.ManifestIndex });
        var result = (await writer.WriteAtomicAsync(writes, cancellation, checks).ConfigureAwait(false))[writes.Count - 1];
        if (result.Outcome != ConsulKvOutcome.Conflict) return result;
        var after = await store.StateAsync(ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        if (await InUseAsync(release, after, grace, now, cancellation).ConfigureAwait(false) is { } meanwhile) return result with { Finding = meanwhile, Message = meanwhile.Title, Remedy = meanwhile.Remedy };
        var other = after.HistoryIndex != state.HistoryIndex || after.PointerIndex != state.PointerIndex ? "somebody has switched meanwhile" : "it was sealed, published anew or removed after it was looked at";
        return result with
        {
            Message = $"{Printable.Text(layout.Name, 120)} {Printable.Text(release.Release, 120)} was not removed: {other}",
            Remedy = "Look at it again with Get-ConsulKvRelease, and remove it then if it still is to go.",
        };
    }

    private async Task<ConsulFinding?> InUseAsync(ConsulKvRelease release, ReleaseState state, TimeSpan grace, DateTimeOffset now, CancellationToken cancellation)
    {
        var previous = await store.PreviousAsync(state, cancellation).ConfigureAwait(false);
        var fresh = release with { LastSwitched = state.History.LastOf(release.Release), Status = ReleaseList.StatusOf(release.Release, state, previous) };
        return InUse(fresh, grace, now) is { } problem ? store.Finding("Release.InUse", ("value", Printable.Text(release.Release, 120)), ("problem", problem)) : null;
    }
}
