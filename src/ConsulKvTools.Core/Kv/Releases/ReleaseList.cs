namespace ConsulKvTools.Kv.Releases;

/// <summary>The releases of a configuration, oldest first.</summary>
/// <param name="store">The configuration.</param>
internal sealed class ReleaseList(ReleaseStore store)
{
    /// <summary>Lists them.</summary>
    /// <param name="verify">True reads every tree and compares it with what was published.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">They cannot be read, or not all of them.</exception>
    public async Task<IReadOnlyList<ConsulKvRelease>> ReadAsync(bool verify, CancellationToken cancellation)
    {
        var state = await store.StateAsync(ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        var manifests = await store.ManifestsAsync(cancellation).ConfigureAwait(false);
        var trees = await store.TreesAsync(cancellation).ConfigureAwait(false);
        var releases = new List<ConsulKvRelease>();
        foreach (var name in manifests.Keys.Union(trees.Keys, StringComparer.Ordinal))
        {
            manifests.TryGetValue(name, out var manifest);
            trees.TryGetValue(name, out var count);
            var release = Of(name, manifest, state) with { Keys = manifest?.Keys ?? count, Finding = ProblemOf(name, manifest, manifests.ContainsKey(name), count) };
            if (release.Finding is not null) release = release with { Status = release.Status is ConsulKvReleaseStatus.Current ? release.Status : manifest is null && !manifests.ContainsKey(name) ? ConsulKvReleaseStatus.Unfinished : ConsulKvReleaseStatus.Damaged };
            else if (verify) release = await VerifyAsync(release, manifest!, cancellation).ConfigureAwait(false);
            releases.Add(release);
        }
        return [.. releases.OrderBy(release => release.Created ?? DateTimeOffset.MaxValue).ThenBy(release => release.Release, StringComparer.Ordinal)];
    }

    /// <summary>A release as its manifest tells of it.</summary>
    public ConsulKvRelease Of(string name, ReleaseManifest? manifest, ReleaseState state) => new()
    {
        Name = store.Layout.Name,
        Release = name,
        Status = name == state.Current ? ConsulKvReleaseStatus.Current : name == state.Previous ? ConsulKvReleaseStatus.Previous : ConsulKvReleaseStatus.Available,
        Prefix = store.Layout.Tree(name),
        Keys = manifest?.Keys ?? 0,
        Bytes = manifest?.Bytes,
        Digest = manifest?.Digest,
        Created = manifest?.Created,
        CreatedBy = manifest?.CreatedBy,
        LastSwitched = state.History.LastOf(name),
        Session = store.Session.Name,
    };

    private async Task<ConsulKvRelease> VerifyAsync(ConsulKvRelease release, ReleaseManifest manifest, CancellationToken cancellation)
    {
        var tree = await store.TreeAsync(release.Release, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
        if (manifest.Fits(tree)) return release with { Verified = true };
        return release with
        {
            Verified = false,
            Status = release.Status == ConsulKvReleaseStatus.Current ? release.Status : ConsulKvReleaseStatus.Damaged,
            Finding = new ReleaseSwitcher(store).Changed(release.Release, manifest, tree),
        };
    }

    private ConsulFinding? ProblemOf(string name, ReleaseManifest? manifest, bool hasManifest, long count)
    {
        if (!hasManifest) return store.Finding("Release.Unfinished", ("value", Printable.Text(name, 120)), ("prefix", Printable.Text(store.Layout.Tree(name), 200)), ("count", count));
        if (manifest is null) return store.Finding("Release.RecordForeign", ("file", Printable.Text(store.Layout.Manifest(name), 200)));
        return count == manifest.Keys ? null
            : store.Finding("Release.Changed", ("value", Printable.Text(name, 120)), ("prefix", Printable.Text(store.Layout.Tree(name), 200)), ("count", count), ("expected", manifest.Keys));
    }
}
