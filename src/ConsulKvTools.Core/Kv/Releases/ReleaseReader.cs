namespace ConsulKvTools.Kv.Releases;

/// <summary>
/// Reads the current release as a whole: pointer, manifest and tree. The tree comes from one answer, and is given out only when it is what was
/// published; so a reader sees all of one release, never a part, and never two mixed.
/// </summary>
/// <param name="store">The configuration.</param>
internal sealed class ReleaseReader(ReleaseStore store)
{
    // Each round begins with the pointer as it is then. What was switched away from and removed meanwhile is met once, hardly twice.
    private const int MostRounds = 5;

    /// <summary>Reads the current release.</summary>
    /// <param name="consistency">The read mode of all of it. With <see cref="ConsulConsistency.Stale"/> it may be an older release, but a whole one.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The release and its entries in the order of their keys.</returns>
    /// <exception cref="ConsulException">There is no current release, it is not whole, or it cannot be read.</exception>
    public async Task<(string Release, IReadOnlyList<ConsulKvEntry> Entries)> ReadAsync(ConsulConsistency consistency, CancellationToken cancellation)
    {
        string? before = null;
        for (var round = 1; ; round++)
        {
            var current = (await store.PointerAsync(consistency, cancellation).ConfigureAwait(false)).Current ?? throw store.Fault("Release.NoCurrent");
            var entries = new List<ConsulKvEntry>();
            var published = await store.ManifestAsync(current, consistency, cancellation).ConfigureAwait(false);
            if (published is { } sealedAs)
            {
                var tree = await store.TreeAsync(current, consistency, entries.Add, cancellation).ConfigureAwait(false);
                if (sealedAs.Manifest.Fits(tree)) return (current, entries);
                // A follower may be behind with some of what was read. Twice the same release from the leader, and it is the tree that is wrong.
                if (round == MostRounds || (before == current && consistency != ConsulConsistency.Stale)) throw ConsulException.From(await store.ChangedAsync(current, sealedAs.Manifest, tree.Count, cancellation).ConfigureAwait(false));
            }
            else if (round == MostRounds || (before == current && consistency != ConsulConsistency.Stale))
            {
                throw store.Fault("Release.Missing", ("value", current), ("detail", "the pointer names it all the same"));
            }
            before = current;
        }
    }
}
