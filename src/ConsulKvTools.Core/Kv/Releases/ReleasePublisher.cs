using ConsulKvTools.Kv.Bulk;

namespace ConsulKvTools.Kv.Releases;

/// <summary>
/// Writes the tree of a new release, reads it back, and seals it with a manifest. Until the manifest is there nothing can switch to it, so that a
/// publishing that breaks off does no harm; the same call again brings it to its end.
/// </summary>
/// <param name="store">The configuration.</param>
/// <param name="atOnce">Requests under way at once, 1 or more.</param>
/// <param name="done">Told of keys that were written; null for nobody.</param>
internal sealed class ReleasePublisher(ReleaseStore store, int atOnce = 16, Action<long>? done = null)
{
    private readonly ReleaseLayout layout = store.Layout;

    /// <summary>Publishes keys and values.</summary>
    /// <param name="release">The release's name.</param>
    /// <param name="content">Names below the tree, values and flags.</param>
    /// <param name="replace">True writes over an unfinished tree of this name and removes what does not belong to it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The release, and whether anything had to be done: the same content under the same name is no mistake.</returns>
    /// <exception cref="ConsulException">It was not published; the finding says why and what is there.</exception>
    public async Task<(ReleaseManifest Manifest, bool IsNew)> PublishAsync(string release, IReadOnlyList<ConsulKvWrite> content, bool replace, CancellationToken cancellation)
    {
        var (wanted, left, published) = await LookAsync(release, content, replace, cancellation).ConfigureAwait(false);
        if (published is not null) return (published, false);
        if (left.Digest != wanted.Digest)
        {
            await WriteAsync(release, content.Select(write => write with { Key = layout.Tree(release) + write.Key }), cancellation).ConfigureAwait(false);
            await WriteAsync(release, left.Keys.Where(key => !wanted.Contains(key.Name)).Select(key =>
                new ConsulKvWrite { Key = layout.Tree(release) + key.Name, Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = key.Index }), cancellation).ConfigureAwait(false);
        }
        return (await SealAsync(release, wanted, cancellation).ConfigureAwait(false), true);
    }

    /// <summary>Seals a tree that was written by other means, as it is now.</summary>
    /// <exception cref="ConsulException">There is none, or it cannot be sealed.</exception>
    public async Task<(ReleaseManifest Manifest, bool IsNew)> SealAsync(string release, CancellationToken cancellation)
    {
        var (tree, published) = await LookAsync(release, cancellation).ConfigureAwait(false);
        if (published is not null) return (published, false);
        return (await SealAsync(release, tree, cancellation).ConfigureAwait(false), true);
    }

    /// <summary>Looks, without a write, whether keys and values can be published; false when they are published already.</summary>
    /// <exception cref="ConsulException">They cannot.</exception>
    public async Task<bool> CanPublishAsync(string release, IReadOnlyList<ConsulKvWrite> content, bool replace, CancellationToken cancellation) =>
        (await LookAsync(release, content, replace, cancellation).ConfigureAwait(false)).Published is null;

    /// <summary>Looks, without a write, whether a tree can be sealed; false when it is sealed already.</summary>
    /// <exception cref="ConsulException">It cannot.</exception>
    public async Task<bool> CanSealAsync(string release, CancellationToken cancellation) => (await LookAsync(release, cancellation).ConfigureAwait(false)).Published is null;

    private async Task<(ReleaseTree Wanted, ReleaseTree Left, ReleaseManifest? Published)> LookAsync(string release, IReadOnlyList<ConsulKvWrite> content, bool replace, CancellationToken cancellation)
    {
        layout.Check(release);
        var wanted = new ReleaseTree();
        foreach (var write in content)
        {
            // Before the first write: half a tree helps nobody.
            if ((KvKey.Check(layout.Tree(release) + write.Key, isPrefix: false) ?? KvKey.CheckInTransaction(write.Key)) is { } bad) throw ConsulException.From(bad);
            if (!wanted.TryAdd(write.Key, write.Value, write.Flags)) throw Twice(write.Key);
        }
        if (wanted.Count == 0) throw Invalid("-InputObject", "there is nothing to publish: a release without a key would look like one that was removed");
        if (await store.ManifestAsync(release, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is { } there)
        {
            var now = await store.TreeAsync(release, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
            if (!there.Manifest.Fits(now)) throw ConsulException.From(new ReleaseSwitcher(store).Changed(release, there.Manifest, now));
            if (now.Digest == wanted.Digest) return (wanted, now, there.Manifest);
            var (added, removed, changed) = wanted.Against(now);
            throw store.Fault("Release.Exists", ("value", Printable.Text(release, 120)), ("detail", $"{Amount.Of(added, "key")} more, {removed} less, {changed} changed"));
        }
        var left = await store.TreeAsync(release, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
        if (left.Count > 0 && left.Digest != wanted.Digest && !replace)
            throw store.Fault("Release.Unfinished", ("value", Printable.Text(release, 120)), ("prefix", Printable.Text(layout.Tree(release), 200)), ("count", left.Count));
        return (wanted, left, null);
    }

    private async Task<(ReleaseTree Tree, ReleaseManifest? Published)> LookAsync(string release, CancellationToken cancellation)
    {
        layout.Check(release);
        var tree = await store.TreeAsync(release, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
        if (await store.ManifestAsync(release, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is { } there)
            return there.Manifest.Fits(tree) ? (tree, there.Manifest) : throw ConsulException.From(new ReleaseSwitcher(store).Changed(release, there.Manifest, tree));
        if (tree.Count == 0) throw store.Fault("Release.Missing", ("value", Printable.Text(release, 120)), ("detail", $"nothing stands below {Printable.Text(layout.Tree(release), 200)}"));
        return (tree, null);
    }

    /// <summary>The keys below a prefix as the content of a release, from one answer.</summary>
    /// <exception cref="ConsulException">They cannot be read, or not all of them.</exception>
    public static async Task<IReadOnlyList<ConsulKvWrite>> ContentOfAsync(ReleaseStore from, string prefix, CancellationToken cancellation)
    {
        var content = new List<ConsulKvWrite>();
        var tree = new ReleaseTree();
        await foreach (var entry in from.EntriesAsync(prefix, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false))
        {
            tree.TryAdd(entry.Key.Substring(prefix.Length), entry.Bytes, entry.Flags);
            if (entry.Key.Length > prefix.Length) content.Add(new ConsulKvWrite { Key = entry.Key.Substring(prefix.Length), Value = entry.Bytes, Flags = entry.Flags });
        }
        // Before 1.11 Consul leaves out without a word what the token may not read; of a release it is known what has to be there.
        if (ReleaseLayout.OfTree(prefix) is (var home, var release))
        {
            var source = new ReleaseStore(from.Session, home);
            if (await source.ManifestAsync(release, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is { } sealedAs && !sealedAs.Manifest.Fits(tree))
                throw ConsulException.From(new ReleaseSwitcher(source).Changed(release, sealedAs.Manifest, tree));
        }
        return content;
    }

    private async Task<ReleaseManifest> SealAsync(string release, ReleaseTree wanted, CancellationToken cancellation)
    {
        var manifest = new ReleaseManifest(Guid.NewGuid(), wanted.Count, wanted.Bytes, wanted.Digest, store.Session.Time.GetUtcNow(), ReleaseStore.Author);
        var stored = await store.TreeAsync(release, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
        if (!manifest.Fits(stored)) throw ConsulException.From(new ReleaseSwitcher(store).Changed(release, manifest, stored));
        var result = await new KvWriter(store.Session).WriteAsync(
            new ConsulKvWrite { Key = layout.Manifest(release), Kind = ConsulKvWriteKind.CreateOnly, Value = manifest.ToBytes() }, cancellation).ConfigureAwait(false);
        if (result.Outcome is ConsulKvOutcome.Written) return manifest;
        // Its id is nobody else's: where it stands, it was this one, whatever became of the answer.
        if (result.Outcome is ConsulKvOutcome.Conflict or ConsulKvOutcome.Unknown
            && await store.ManifestAsync(release, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is { } there)
            return there.Manifest.Id == manifest.Id || there.Manifest.Fits(wanted) ? there.Manifest
                : throw store.Fault("Release.Exists", ("value", Printable.Text(release, 120)), ("detail", $"{Printable.Text(there.Manifest.CreatedBy, 120)} published it meanwhile"));
        throw ConsulException.From(result.Finding!);
    }

    /// <exception cref="ConsulException">A write was not done: the first of them says why, and nothing is sealed.</exception>
    private async Task WriteAsync(string release, IEnumerable<ConsulKvWrite> writes, CancellationToken cancellation)
    {
        using var pipeline = new KvWritePipeline(store.Session, atOnce, cancellation);
        ConsulKvWriteResult? failed = null;
        void Take(ConsulKvWriteResult result)
        {
            if (result.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged) done?.Invoke(1);
            else failed ??= result;
        }

        foreach (var write in writes)
        {
            foreach (var result in await pipeline.SubmitAsync(write).ConfigureAwait(false)) Take(result);
            if (failed is not null) break;
        }
        while (await pipeline.NextAsync().ConfigureAwait(false) is { } result) Take(result);
        cancellation.ThrowIfCancellationRequested();
        if (failed is { } stopped)
            throw ConsulException.From(stopped.Finding! with { Title = $"{Printable.Text(release, 120)} is not published, because of {Printable.Text(stopped.Key, 200)}: {stopped.Finding.Title}" });
    }

    private static ConsulException Twice(string key) => Invalid("-InputObject", $"{Printable.Text(key, 200)} is given twice");

    private static ConsulException Invalid(string source, string problem) => ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", source), ("problem", problem)));
}
