using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Kv.Releases;

/// <summary>
/// Removes releases that are not in use: first the manifest, in a transaction that checks that the pointer has not moved; from then on nothing can
/// switch to it. Then the tree.
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

    /// <summary>Removes one release.</summary>
    /// <returns>What became of it: the removal of its tree, or what stood in the way.</returns>
    /// <exception cref="ConsulException">It could not be found out whether it may go.</exception>
    public async Task<ConsulKvWriteResult> RemoveAsync(ConsulKvRelease release, CancellationToken cancellation)
    {
        var writer = new KvWriter(store.Session);
        var state = await store.StateAsync(ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        if (release.Release == state.Current || release.Release == state.Previous)
            throw store.Fault("Release.InUse", ("value", Printable.Text(release.Release, 120)), ("problem", release.Release == state.Current ? "it is the current one" : "a rollback goes back to it"));
        var manifest = new KvReader(store.Session).GetAsync(layout.Manifest(release.Release), ConsulConsistency.Consistent, cancellation);
        if ((await manifest.ConfigureAwait(false)).Entry is { } entry)
        {
            // The history moves with the pointer, even where that is moved away and back.
            TransactionGuard[] checks = [new(layout.History, state.HistoryIndex), new(layout.Pointer, state.PointerIndex)];
            var unsealed = (await writer.WriteAtomicAsync([new ConsulKvWrite { Key = entry.Key, Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = entry.ModifyIndex }], cancellation, checks).ConfigureAwait(false))[0];
            if (unsealed.Outcome != ConsulKvOutcome.Written) return unsealed;
        }
        return await writer.WriteAsync(new ConsulKvWrite { Key = layout.Tree(release.Release), Kind = ConsulKvWriteKind.DeleteTree }, cancellation).ConfigureAwait(false);
    }
}
