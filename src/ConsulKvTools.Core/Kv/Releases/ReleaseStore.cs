namespace ConsulKvTools.Kv.Releases;

/// <summary>Reads what is stored about the releases of one configuration.</summary>
/// <param name="session">Where it stands.</param>
/// <param name="layout">Under which keys.</param>
internal sealed class ReleaseStore(ConsulKvSession session, ReleaseLayout layout)
{
    private readonly KvReader reader = new(session);

    /// <summary>Where it stands.</summary>
    public ConsulKvSession Session { get; } = session;

    /// <summary>Under which keys.</summary>
    public ReleaseLayout Layout { get; } = layout;

    /// <summary>User and machine, for the records.</summary>
    public static string Author { get; } = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>Pointer and history. They are read one after the other; who changes them checks both indexes.</summary>
    /// <exception cref="ConsulException">They cannot be read, or are not what this tool writes.</exception>
    public async Task<ReleaseState> StateAsync(ConsulConsistency consistency, CancellationToken cancellation)
    {
        var history = await HistoryAsync(consistency, cancellation).ConfigureAwait(false);
        var pointer = await PointerAsync(consistency, cancellation).ConfigureAwait(false);
        return new ReleaseState(pointer.Current, pointer.Index, history.History, history.Index);
    }

    /// <summary>As <see cref="StateAsync"/>, for who only shows it: what cannot be told is left out, and <paramref name="tell"/> hears why.</summary>
    /// <exception cref="ConsulException">No answer could be had.</exception>
    public async Task<ReleaseState> KnownStateAsync(ConsulConsistency consistency, Action<ConsulFinding> tell, CancellationToken cancellation)
    {
        var history = await OrToldAsync<(ReleaseHistory History, ulong Index)>(HistoryAsync(consistency, cancellation), (ReleaseHistory.Empty, 0), tell).ConfigureAwait(false);
        var pointer = await OrToldAsync<(string? Current, ulong Index)>(PointerAsync(consistency, cancellation), (null, 0), tell).ConfigureAwait(false);
        return new ReleaseState(pointer.Current, pointer.Index, history.History, history.Index);
    }

    /// <summary>
    /// The release a rollback goes back to: the nearest on the way back that is published, or of which it cannot be told that it is not. Null when there is none.
    /// </summary>
    /// <exception cref="ConsulException">No answer could be had.</exception>
    public async Task<string?> PreviousAsync(ReleaseState state, CancellationToken cancellation)
    {
        foreach (var release in state.History.Before(state.Current))
        {
            try
            {
                if (await ManifestAsync(release, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is not null) return release;
            }
            catch (ConsulException unclear) when (unclear is ConsulReleaseException or ConsulAclException)
            {
                return release;
            }
        }
        return null;
    }

    /// <summary>The manifest of a published release and its ModifyIndex; null when there is none.</summary>
    /// <exception cref="ConsulException">It cannot be read, or is not what this tool writes.</exception>
    public async Task<(ReleaseManifest Manifest, ulong Index)?> ManifestAsync(string release, ConsulConsistency consistency, CancellationToken cancellation) =>
        await RecordAsync(release, consistency, cancellation).ConfigureAwait(false) is { Manifest.IsSealed: true } published ? published : null;

    /// <summary>The manifest of a release that is published, or that somebody has begun to publish, and its ModifyIndex; null when there is none.</summary>
    /// <exception cref="ConsulException">It cannot be read, or is not what this tool writes.</exception>
    public async Task<(ReleaseManifest Manifest, ulong Index)?> RecordAsync(string release, ConsulConsistency consistency, CancellationToken cancellation)
    {
        var entry = await EntryAsync(Layout.Manifest(release), consistency, cancellation).ConfigureAwait(false);
        return entry is null ? null : (ReleaseManifest.Of(entry.Bytes) ?? throw Unreadable(entry.Key), entry.ModifyIndex);
    }

    /// <summary>All manifests, also of what is being published, by release, each with its ModifyIndex; one that is none of ours is null.</summary>
    /// <exception cref="ConsulException">They cannot be read.</exception>
    public async Task<IReadOnlyDictionary<string, (ReleaseManifest? Manifest, ulong Index)>> ManifestsAsync(CancellationToken cancellation)
    {
        var manifests = new Dictionary<string, (ReleaseManifest?, ulong)>(StringComparer.Ordinal);
        await foreach (var entry in EntriesAsync(Layout.Manifests, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false))
            manifests[entry.Key.Substring(Layout.Manifests.Length)] = (ReleaseManifest.Of(entry.Bytes), entry.ModifyIndex);
        return manifests;
    }

    /// <summary>What a release's tree holds now, from one answer: one moment of the store.</summary>
    /// <param name="release">The release.</param>
    /// <param name="consistency">The read mode.</param>
    /// <param name="take">Given each entry; null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">It cannot be read, or not all of it.</exception>
    public async Task<ReleaseTree> TreeAsync(string release, ConsulConsistency consistency, Action<ConsulKvEntry>? take, CancellationToken cancellation)
    {
        var prefix = Layout.Tree(release);
        var tree = new ReleaseTree();
        await foreach (var entry in EntriesAsync(prefix, consistency, cancellation).ConfigureAwait(false))
        {
            tree.TryAdd(entry.Key.Substring(prefix.Length), entry.Bytes, entry.Flags, entry.ModifyIndex);
            take?.Invoke(entry);
        }
        return tree;
    }

    /// <summary>The trees that are there: names and number of keys.</summary>
    /// <exception cref="ConsulException">They cannot be listed, or not all of them.</exception>
    public async Task<IReadOnlyDictionary<string, long>> TreesAsync(CancellationToken cancellation)
    {
        var (trees, problem) = await VisibleTreesAsync(cancellation).ConfigureAwait(false);
        return problem is null ? trees : throw ConsulException.From(problem);
    }

    /// <summary>The trees as far as they can be seen, and what hides some of them; null when Consul says nothing of that.</summary>
    public async Task<(IReadOnlyDictionary<string, long> Trees, ConsulFinding? Problem)> VisibleTreesAsync(CancellationToken cancellation)
    {
        var trees = new Dictionary<string, long>(StringComparer.Ordinal);
        (KvReadState State, ConsulFinding? Finding) told = default;
        await foreach (var key in reader.NamesAsync(Layout.Releases, null, ConsulConsistency.Consistent, (state, finding) => told = (state, finding), cancellation).ConfigureAwait(false))
        {
            var end = key.IndexOf('/', Layout.Releases.Length);
            if (end < 0) continue;
            var release = key.Substring(Layout.Releases.Length, end - Layout.Releases.Length);
            trees[release] = trees.TryGetValue(release, out var count) ? count + 1 : 1;
        }
        return (trees, told.State is KvReadState.Forbidden or KvReadState.Filtered ? told.Finding : null);
    }

    /// <summary>
    /// What is wrong with a tree that does not fit its manifest. Keys that are missing may only be hidden: then it is said that this cannot be told.
    /// </summary>
    /// <param name="release">The release.</param>
    /// <param name="manifest">What was published.</param>
    /// <param name="count">Keys that can be seen now.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<ConsulFinding> ChangedAsync(string release, ReleaseManifest manifest, long count, CancellationToken cancellation) =>
        count >= manifest.Keys || await new KvVisibility(Session).IsWholeAsync(Layout.Tree(release), cancellation).ConfigureAwait(false)
            ? Finding("Release.Changed", Evidence(release, count, ("expected", manifest.Keys)))
            : Unverifiable(release, count, $"{Amount.Of(count, "key")} of {manifest.Keys:N0} can be seen");

    /// <summary>The finding of a release of which the token sees too little.</summary>
    public ConsulFinding Unverifiable(string release, long count, string detail) => Finding("Release.Unverifiable", Evidence(release, count, ("detail", detail)));

    /// <summary>The finding of a release that is not published.</summary>
    /// <param name="release">The release.</param>
    /// <param name="begun">What somebody has begun to publish; null when nothing is known of that.</param>
    /// <param name="count">Keys that are there.</param>
    public ConsulFinding Unfinished(string release, ReleaseManifest? begun, long count) => Finding("Release.Unfinished", Evidence(release, count, ("detail", begun is null
        ? $"{Amount.Of(count, "key")} below its prefix {(count == 1 ? "has" : "have")} no manifest"
        : $"{Printable.Text(begun.CreatedBy, 120)} began at {EvidenceText.Of(begun.Created)}, and {count:N0} of {Amount.Of(begun.Keys, "key")} are there")));

    /// <summary>Every entry below a prefix, or an error: a part of it would look like another tree.</summary>
    /// <exception cref="ConsulException">It cannot be read, or not all of it.</exception>
    public async IAsyncEnumerable<ConsulKvEntry> EntriesAsync(
        string prefix, ConsulConsistency consistency, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        (KvReadState State, ConsulFinding? Finding) told = default;
        await foreach (var entry in reader.ListAsync(prefix, consistency, (state, finding) => told = (state, finding), cancellation).ConfigureAwait(false)) yield return entry;
        RequireWhole(told);
    }

    /// <summary>A fault of this configuration.</summary>
    public ConsulException Fault(string code, params (string Name, object? Value)[] evidence) => ConsulException.From(Finding(code, evidence));

    /// <summary>A finding about this configuration.</summary>
    public ConsulFinding Finding(string code, params (string Name, object? Value)[] evidence) =>
        ConsulFinding.Create(code, [("name", Printable.Text(Layout.Name, 120)), ("key", Printable.Text(Layout.Pointer, 120)), ("address", Session.Address), .. evidence]);

    private (string, object?)[] Evidence(string release, long count, (string, object?) more) =>
        [("value", Printable.Text(release, 120)), ("prefix", Printable.Text(Layout.Tree(release), 200)), ("count", count), more];

    private async Task<(ReleaseHistory History, ulong Index)> HistoryAsync(ConsulConsistency consistency, CancellationToken cancellation) =>
        await EntryAsync(Layout.History, consistency, cancellation).ConfigureAwait(false) is { } entry
            ? (ReleaseHistory.Of(entry.Bytes) ?? throw Unreadable(entry.Key), entry.ModifyIndex) : (ReleaseHistory.Empty, 0);

    /// <summary>The release the pointer names and the pointer's ModifyIndex; null and 0 when there is none. It needs no right to the history.</summary>
    /// <exception cref="ConsulException">It cannot be read, or names no release of this configuration.</exception>
    public async Task<(string? Current, ulong Index)> PointerAsync(ConsulConsistency consistency, CancellationToken cancellation) =>
        await EntryAsync(Layout.Pointer, consistency, cancellation).ConfigureAwait(false) is { } entry
            ? (Layout.ReleaseOf(entry.Value) ?? throw Fault("Release.PointerForeign", ("value", Printable.Text(entry.Value, 120)), ("prefix", Printable.Text(Layout.Releases, 120))), entry.ModifyIndex)
            : (null, 0);

    private static async Task<T> OrToldAsync<T>(Task<T> reading, T otherwise, Action<ConsulFinding> tell)
    {
        try
        {
            return await reading.ConfigureAwait(false);
        }
        catch (ConsulException failed) when (failed is ConsulReleaseException or ConsulAclException)
        {
            tell(failed.Finding);
            return otherwise;
        }
    }

    private ConsulException Unreadable(string key) => Fault("Release.RecordForeign", ("file", Printable.Text(key, 120)));

    private async Task<ConsulKvEntry?> EntryAsync(string key, ConsulConsistency consistency, CancellationToken cancellation)
    {
        var read = await reader.GetAsync(key, consistency, cancellation).ConfigureAwait(false);
        return read.State == KvReadState.Forbidden ? throw ConsulException.From(read.Finding!) : read.Entry;
    }

    private static void RequireWhole((KvReadState State, ConsulFinding? Finding) told)
    {
        if (told.State is KvReadState.Forbidden or KvReadState.Filtered) throw ConsulException.From(told.Finding!);
    }
}
