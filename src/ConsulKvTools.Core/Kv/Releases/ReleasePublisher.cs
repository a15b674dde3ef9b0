using ConsulKvTools.Acl;
using ConsulKvTools.Kv.Bulk;

namespace ConsulKvTools.Kv.Releases;

/// <summary>
/// Writes the tree of a new release, reads it back, and seals it with a manifest. Until that is sealed nothing can switch to it, so that a
/// publishing that breaks off does no harm; the same call again brings it to its end. The manifest is there before the first write, unsealed, and says for
/// which content the name is taken: who comes with other content writes nothing, and so cannot spoil what another seals.
/// </summary>
/// <param name="store">The configuration.</param>
/// <param name="atOnce">Requests under way at once, 1 or more.</param>
/// <param name="done">Told of keys that were written; null for nobody.</param>
internal sealed class ReleasePublisher(ReleaseStore store, int atOnce = 16, Action<long>? done = null)
{
    private const int MostRounds = 5;

    private readonly ReleaseLayout layout = store.Layout;

    /// <summary>Publishes keys and values.</summary>
    /// <param name="release">The release's name.</param>
    /// <param name="content">Names below the tree, values and flags.</param>
    /// <param name="replace">
    /// True writes over an unfinished tree of this name and removes what does not belong to it, as far as it can be seen: also where it cannot be told whether that is all.
    /// </param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The release, and whether anything had to be done: the same content under the same name is no mistake.</returns>
    /// <exception cref="ConsulException">It was not published; the finding says why and what is there.</exception>
    public async Task<(ReleaseManifest Manifest, bool IsNew)> PublishAsync(string release, IReadOnlyList<ConsulKvWrite> content, bool replace, CancellationToken cancellation)
    {
        ReleaseTree wanted, left;
        ulong claim = 0;
        for (var round = 1; ; round++)
        {
            (wanted, left, var published, var record) = await LookAsync(release, content, replace, cancellation).ConfigureAwait(false);
            if (published is not null) return (published, false);
            // Nothing to write: then nothing that another's seal could miss.
            if (left.Digest == wanted.Digest) break;
            claim = await ClaimAsync(release, wanted, record, cancellation).ConfigureAwait(false);
            if (claim > 0) break;
            // Another was faster: the next look says with what.
            if (round == MostRounds) throw store.Fault("Release.Exists", ("value", Printable.Text(release, 120)), ("detail", "others begin to publish it again and again"));
        }
        if (left.Digest != wanted.Digest)
        {
            await WriteAsync(release, content.Select(write => write with { Key = layout.Tree(release) + write.Key }), cancellation).ConfigureAwait(false);
            await WriteAsync(release, left.Keys.Where(key => !wanted.Contains(key.Name)).Select(key =>
                new ConsulKvWrite { Key = layout.Tree(release) + key.Name, Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = key.Index }), cancellation).ConfigureAwait(false);
        }
        else if (await store.RecordAsync(release, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is { } begun)
        {
            claim = begun.Index;
        }
        return (await SealAsync(release, wanted, claim, cancellation).ConfigureAwait(false), true);
    }

    /// <summary>Seals a tree that was written by other means, as it is now.</summary>
    /// <exception cref="ConsulException">There is none, or it cannot be sealed.</exception>
    public async Task<(ReleaseManifest Manifest, bool IsNew)> SealAsync(string release, CancellationToken cancellation)
    {
        var (tree, published, record) = await LookAsync(release, cancellation).ConfigureAwait(false);
        if (published is not null) return (published, false);
        return (await SealAsync(release, tree, record, cancellation).ConfigureAwait(false), true);
    }

    /// <summary>Looks, without a write, whether keys and values can be published; false when they are published already.</summary>
    /// <exception cref="ConsulException">They cannot.</exception>
    public async Task<bool> CanPublishAsync(string release, IReadOnlyList<ConsulKvWrite> content, bool replace, CancellationToken cancellation) =>
        (await LookAsync(release, content, replace, cancellation).ConfigureAwait(false)).Published is null;

    /// <summary>Looks, without a write, whether a tree can be sealed; false when it is sealed already.</summary>
    /// <exception cref="ConsulException">It cannot.</exception>
    public async Task<bool> CanSealAsync(string release, CancellationToken cancellation) => (await LookAsync(release, cancellation).ConfigureAwait(false)).Published is null;

    private async Task<(ReleaseTree Wanted, ReleaseTree Left, ReleaseManifest? Published, ulong Record)> LookAsync(string release, IReadOnlyList<ConsulKvWrite> content, bool replace, CancellationToken cancellation)
    {
        layout.CheckToPublish(release);
        var wanted = new ReleaseTree();
        foreach (var write in content)
        {
            // Before the first write: half a tree helps nobody.
            if ((KvKey.Check(layout.Tree(release) + write.Key, isPrefix: false) ?? KvKey.CheckInTransaction(write.Key)) is { } bad) throw ConsulException.From(bad);
            if (write.Key.Length == 0) throw Invalid("-InputObject", "one of the keys is empty: give each a name below the release");
            if (!wanted.TryAdd(write.Key, write.Value, write.Flags)) throw Twice(write.Key);
        }
        if (wanted.Count == 0) throw Invalid("-InputObject", "there is nothing to publish: a release without a key would look like one that was removed");
        var there = await store.RecordAsync(release, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        if (there is { Manifest: { IsSealed: true } sealedAs })
        {
            var now = await store.TreeAsync(release, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
            if (!sealedAs.Fits(now)) throw ConsulException.From(await store.ChangedAsync(release, sealedAs, now.Count, cancellation).ConfigureAwait(false));
            if (now.Digest == wanted.Digest) return (wanted, now, sealedAs, 0);
            var (added, removed, changed) = wanted.Against(now);
            throw store.Fault("Release.Exists", ("value", Printable.Text(release, 120)), ("detail", $"{Amount.Of(added, "key")} more, {removed} less, {changed} changed"));
        }
        var left = await store.TreeAsync(release, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
        // What was begun with the same content is brought to its end.
        var isFree = there is { } begun ? begun.Manifest.Digest == wanted.Digest : left.Count == 0 || left.Digest == wanted.Digest;
        if (!isFree && !replace) throw ConsulException.From(store.Unfinished(release, there?.Manifest, left.Count));
        // Who may not write here at all is told that by the first write.
        if (!replace && !await IsWholeAsync(store, layout.Tree(release), cancellation).ConfigureAwait(false)
            && await MayWriteAsync([layout.Manifest(release), layout.Tree(release) + content[0].Key], cancellation).ConfigureAwait(false))
            throw Partial(store, layout.Tree(release), left.Count);
        return (wanted, left, null, there?.Index ?? 0);
    }

    private async Task<(ReleaseTree Tree, ReleaseManifest? Published, ulong Record)> LookAsync(string release, CancellationToken cancellation)
    {
        layout.CheckToPublish(release);
        var tree = await store.TreeAsync(release, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
        if (await store.RecordAsync(release, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is var (manifest, index))
        {
            if (manifest.Fits(tree))
            {
                if (!manifest.IsSealed && !await IsWholeAsync(store, layout.Tree(release), cancellation).ConfigureAwait(false)) throw Partial(store, layout.Tree(release), tree.Count);
                return (tree, manifest.IsSealed ? manifest : null, index);
            }
            throw ConsulException.From(manifest.IsSealed ? await store.ChangedAsync(release, manifest, tree.Count, cancellation).ConfigureAwait(false) : store.Unfinished(release, manifest, tree.Count));
        }
        if (tree.Count == 0) throw store.Fault("Release.Missing", ("value", Printable.Text(release, 120)), ("detail", $"nothing stands below {Printable.Text(layout.Tree(release), 200)}"));
        if (!await IsWholeAsync(store, layout.Tree(release), cancellation).ConfigureAwait(false)) throw Partial(store, layout.Tree(release), tree.Count);
        return (tree, null, 0);
    }

    /// <summary>What is sealed stands for all below a prefix, and before 1.11 Consul leaves out without a word what the token may not read: false when that cannot be told.</summary>
    private static Task<bool> IsWholeAsync(ReleaseStore from, string prefix, CancellationToken cancellation) => new KvVisibility(from.Session).IsWholeAsync(prefix, cancellation);

    private static ConsulException Partial(ReleaseStore from, string prefix, int seen) => from.Fault("Release.SourceUnverifiable", ("prefix", Printable.Text(prefix, 200)), ("count", Amount.Of(seen, "key")));

    private async Task<bool> MayWriteAsync(IEnumerable<string> keys, CancellationToken cancellation) =>
        (await AclAuthorizer.AskAsync(store.Session, [.. keys.Select(key => new AclQuestion("key", "write", key))], cancellation).ConfigureAwait(false))?.All(allowed => allowed) ?? true;

    /// <summary>Takes the name for this content: the ModifyIndex of the manifest that says so; 0 when another was faster.</summary>
    private async Task<ulong> ClaimAsync(string release, ReleaseTree wanted, ulong record, CancellationToken cancellation)
    {
        var mine = Of(wanted) with { IsSealed = false };
        var result = await PutAsync(release, mine, record, cancellation).ConfigureAwait(false);
        if (result is { Outcome: ConsulKvOutcome.Written, ModifyIndex: { } index }) return index;
        return await store.RecordAsync(release, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is { } there && there.Manifest.Id == mine.Id ? there.Index : 0;
    }

    private ReleaseManifest Of(ReleaseTree tree) => new(Guid.NewGuid(), tree.Count, tree.Bytes, tree.Digest, store.Session.Time.GetUtcNow(), ReleaseStore.Author);

    /// <summary>Writes the manifest over the version that was seen, 0 for none: written, in conflict or unknown.</summary>
    /// <exception cref="ConsulException">It was refused.</exception>
    private async Task<ConsulKvWriteResult> PutAsync(string release, ReleaseManifest manifest, ulong record, CancellationToken cancellation)
    {
        var write = new ConsulKvWrite { Key = layout.Manifest(release), Kind = record == 0 ? ConsulKvWriteKind.CreateOnly : ConsulKvWriteKind.CheckAndSet, Index = record, Value = manifest.ToBytes() };
        var result = await new KvWriter(store.Session).WriteAsync(write, cancellation).ConfigureAwait(false);
        return result.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Conflict or ConsulKvOutcome.Unknown ? result : throw ConsulException.From(result.Finding!);
    }

    /// <summary>The keys below a prefix as the content of a release, from one answer. Those of the configuration's own releases are none of it.</summary>
    /// <param name="from">Where they are read, and whose releases are left out.</param>
    /// <param name="prefix">The prefix, with a slash at its end.</param>
    /// <param name="asSeen">True takes what can be seen where it cannot be told whether that is all.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The content, and the key that is the prefix itself, of which no key of a release can be made; null when there is none.</returns>
    /// <exception cref="ConsulException">They cannot be read, or not all of them.</exception>
    public static async Task<(IReadOnlyList<ConsulKvWrite> Content, ConsulKvEntry? Folder)> ContentOfAsync(ReleaseStore from, string prefix, bool asSeen, CancellationToken cancellation)
    {
        var own = from.Layout;
        var isAround = own.Releases.StartsWith(prefix, StringComparison.Ordinal);
        ConsulKvEntry? folder = null;
        var content = new List<ConsulKvWrite>();
        var tree = new ReleaseTree();
        await foreach (var entry in from.EntriesAsync(prefix, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false))
        {
            if (isAround && own.Owns(entry.Key)) continue;
            tree.TryAdd(entry.Key.Substring(prefix.Length), entry.Bytes, entry.Flags);
            if (entry.Key.Length == prefix.Length) folder = entry;
            else content.Add(new ConsulKvWrite { Key = entry.Key.Substring(prefix.Length), Value = entry.Bytes, Flags = entry.Flags });
        }
        // Of a release it is known what has to be there.
        var isKnown = false;
        if (ReleaseLayout.OfTree(prefix) is (var home, var release))
        {
            var source = new ReleaseStore(from.Session, home);
            isKnown = await source.ManifestAsync(release, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is { } sealedAs
                && (sealedAs.Manifest.Fits(tree) ? true : throw ConsulException.From(await source.ChangedAsync(release, sealedAs.Manifest, tree.Count, cancellation).ConfigureAwait(false)));
        }
        if (!isKnown && !asSeen && content.Count > 0 && !await IsWholeAsync(from, prefix, cancellation).ConfigureAwait(false)) throw Partial(from, prefix, content.Count);
        return (content, folder);
    }

    private async Task<ReleaseManifest> SealAsync(string release, ReleaseTree wanted, ulong record, CancellationToken cancellation)
    {
        var manifest = Of(wanted);
        var stored = await store.TreeAsync(release, ConsulConsistency.Consistent, null, cancellation).ConfigureAwait(false);
        if (!manifest.Fits(stored)) throw ConsulException.From(await store.ChangedAsync(release, manifest, stored.Count, cancellation).ConfigureAwait(false));
        for (var round = 1; ; round++)
        {
            var result = await PutAsync(release, manifest, record, cancellation).ConfigureAwait(false);
            if (result.Outcome is ConsulKvOutcome.Written) return manifest;
            if (await store.RecordAsync(release, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is not var (there, index))
                throw result.Outcome == ConsulKvOutcome.Unknown ? ConsulException.From(result.Finding!)
                    : store.Fault("Release.Missing", ("value", Printable.Text(release, 120)), ("detail", "somebody removed it while it was being published"));
            // Its id is nobody else's: where it stands, it was this one, whatever became of the answer.
            if (there.Id == manifest.Id || (there.IsSealed && there.Fits(wanted))) return there;
            if (there.IsSealed || there.Digest != wanted.Digest)
                throw store.Fault("Release.Exists", ("value", Printable.Text(release, 120)), ("detail", $"{Printable.Text(there.CreatedBy, 120)} {(there.IsSealed ? "published it" : "began to publish it")} meanwhile"));
            // Another publishes the very same: whoever seals it first.
            if (round == MostRounds) throw ConsulException.From(result.Finding!);
            record = index;
        }
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
