using ConsulKvTools.Acl;

namespace ConsulKvTools.Kv.Releases;

/// <summary>The releases of a configuration, oldest first.</summary>
/// <param name="store">The configuration.</param>
internal sealed class ReleaseList(ReleaseStore store)
{
    /// <summary>Lists them.</summary>
    /// <param name="verify">True reads every tree and compares it with what was published.</param>
    /// <param name="tell">Hears why something is not known that is then left out; null throws it, for who decides by the list.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">They cannot be read, or not all of them.</exception>
    public async Task<IReadOnlyList<ConsulKvRelease>> ReadAsync(bool verify, Action<ConsulFinding>? tell, CancellationToken cancellation)
    {
        var state = await (tell is null ? store.StateAsync(ConsulConsistency.Consistent, cancellation) : store.KnownStateAsync(ConsulConsistency.Consistent, tell, cancellation)).ConfigureAwait(false);
        var previous = await store.PreviousAsync(state, cancellation).ConfigureAwait(false);
        var manifests = await store.ManifestsAsync(cancellation).ConfigureAwait(false);
        var (trees, hidden) = await store.VisibleTreesAsync(cancellation).ConfigureAwait(false);
        if (hidden is not null && tell is null) throw ConsulException.From(hidden);
        var releases = new List<ConsulKvRelease>();
        foreach (var name in manifests.Keys.Union(trees.Keys, StringComparer.Ordinal))
        {
            var isKnown = manifests.TryGetValue(name, out var record);
            var manifest = record.Manifest;
            trees.TryGetValue(name, out var count);
            var release = Of(name, manifest is { IsSealed: true } ? manifest : null, state, previous) with { Keys = manifest is { IsSealed: true } ? manifest.Keys : count, ManifestIndex = record.Index };
            var (status, finding) = isKnown ? await JudgeAsync(name, manifest, count, hidden, cancellation).ConfigureAwait(false) : await WithoutManifestAsync(name, count, cancellation).ConfigureAwait(false);
            if (finding is null && verify) (release, status, finding) = await VerifyAsync(release, manifest!, cancellation).ConfigureAwait(false);
            // What readers read now stays to be seen, whatever is wrong with it.
            releases.Add(finding is null ? release : release with { Finding = finding, Status = release.Status == ConsulKvReleaseStatus.Current ? release.Status : status });
        }
        return [.. releases.OrderBy(release => release.Created ?? DateTimeOffset.MaxValue).ThenBy(release => release.Release, StringComparer.Ordinal)];
    }

    /// <summary>What a release is by pointer and history.</summary>
    public static ConsulKvReleaseStatus StatusOf(string name, ReleaseState state, string? previous) =>
        name == state.Current ? ConsulKvReleaseStatus.Current : name == previous ? ConsulKvReleaseStatus.Previous : ConsulKvReleaseStatus.Available;

    /// <summary>A release as its manifest tells of it.</summary>
    public ConsulKvRelease Of(string name, ReleaseManifest? manifest, ReleaseState state, string? previous) => new()
    {
        Name = store.Layout.Name,
        Release = name,
        Status = StatusOf(name, state, previous),
        Prefix = store.Layout.Tree(name),
        Keys = manifest?.Keys ?? 0,
        Bytes = manifest?.Bytes,
        Digest = manifest?.Digest,
        Created = manifest?.Created,
        CreatedBy = manifest?.CreatedBy,
        LastSwitched = state.History.LastOf(name),
        Session = store.Session.Name,
        Origin = store.Session.Unobserved,
    };

    private async Task<(ConsulKvRelease Release, ConsulKvReleaseStatus Status, ConsulFinding? Finding)> VerifyAsync(ConsulKvRelease release, ReleaseManifest manifest, CancellationToken cancellation)
    {
        try
        {
            var tree = await store.TreeAsync(release.Release, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
            if (manifest.Fits(tree)) return (release with { Verified = true }, release.Status, null);
            var finding = await store.ChangedAsync(release.Release, manifest, tree.Count, cancellation).ConfigureAwait(false);
            return (release with { Verified = StatusOf(finding) == ConsulKvReleaseStatus.Damaged ? false : null }, StatusOf(finding), finding);
        }
        catch (ConsulAclException denied)
        {
            return (release, ConsulKvReleaseStatus.Unknown, denied.Finding);
        }
    }

    private async Task<(ConsulKvReleaseStatus Status, ConsulFinding? Finding)> JudgeAsync(string name, ReleaseManifest? manifest, long count, ConsulFinding? hidden, CancellationToken cancellation)
    {
        if (manifest is null) return (ConsulKvReleaseStatus.Damaged, store.Finding("Release.RecordForeign", ("file", Printable.Text(store.Layout.Manifest(name), 200))));
        if (!manifest.IsSealed) return (ConsulKvReleaseStatus.Unfinished, store.Unfinished(name, manifest, count));
        if (count == manifest.Keys) return default;
        if (hidden is not null) return (ConsulKvReleaseStatus.Unknown, hidden);
        var finding = await store.ChangedAsync(name, manifest, count, cancellation).ConfigureAwait(false);
        return (StatusOf(finding), finding);
    }

    /// <summary>A tree whose manifest is not seen: there is none, or the token may not read it.</summary>
    private async Task<(ConsulKvReleaseStatus Status, ConsulFinding? Finding)> WithoutManifestAsync(string name, long count, CancellationToken cancellation)
    {
        var allowed = await AclAuthorizer.AskAsync(store.Session, [new AclQuestion("key", "read", store.Layout.Manifest(name))], cancellation).ConfigureAwait(false);
        return allowed is null || allowed[0] ? (ConsulKvReleaseStatus.Unfinished, store.Unfinished(name, null, count))
            : (ConsulKvReleaseStatus.Unknown, store.Unverifiable(name, count, $"the token may not read {Printable.Text(store.Layout.Manifest(name), 200)}"));
    }

    private static ConsulKvReleaseStatus StatusOf(ConsulFinding finding) => finding.Code == "Release.Unverifiable" ? ConsulKvReleaseStatus.Unknown : ConsulKvReleaseStatus.Damaged;
}
