namespace ConsulKvTools.Kv.Folders;

/// <summary>What stands at a place of the store: a key, a folder, both or none.</summary>
/// <param name="Key">What reading the key said; null when the place can only be a folder.</param>
/// <param name="Folder">Whether keys begin with it.</param>
/// <param name="Hidden">Why the folder cannot be seen; null when it can.</param>
internal sealed record KvPresence(KvReadResult? Key, KvReadState Folder, ConsulFinding? Hidden)
{
    /// <summary>True when there is a key of exactly this name.</summary>
    public bool IsKey => Key?.Entry is not null;

    /// <summary>True when keys begin with it.</summary>
    public bool IsFolder => Folder == KvReadState.Found;

    /// <summary>Why it is not known whether there is anything; null when something was seen, or certainly nothing is there.</summary>
    public ConsulFinding? Denial => IsKey || IsFolder ? null : Key?.State == KvReadState.Forbidden ? Key.Finding : Folder is KvReadState.Forbidden or KvReadState.Filtered ? Hidden : null;

    /// <summary>Looks. A place that ends in a slash, and the store itself, can only be a folder; its own key counts as its content.</summary>
    /// <exception cref="ConsulException">No answer could be had, or no key can stand there.</exception>
    public static async Task<KvPresence> OfAsync(ConsulKvSession session, string place, CancellationToken cancellation)
    {
        var folders = new KvFolder(session);
        if (place.Length == 0) return new KvPresence(null, KvReadState.Found, null);
        if (place[place.Length - 1] == '/')
        {
            var (state, finding) = await folders.ExistsAsync(place, cancellation).ConfigureAwait(false);
            return new KvPresence(null, state, finding);
        }
        var key = new KvReader(session).GetAsync(place, ConsulConsistency.Default, cancellation);
        var folder = folders.ExistsAsync(place + "/", cancellation);
        await Task.WhenAll(key, folder).ConfigureAwait(false);
        return new KvPresence(await key.ConfigureAwait(false), (await folder.ConfigureAwait(false)).State, (await folder.ConfigureAwait(false)).Finding);
    }
}
