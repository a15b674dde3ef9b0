using System.Runtime.CompilerServices;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Kv.Folders;

/// <summary>
/// The store seen as folders: names only, without values, given while the answer is still coming in. Who stops early has read no more than
/// what came so far, and the connection is given up.
/// </summary>
internal sealed class KvFolder(ConsulKvSession session)
{
    private readonly KvReader reader = new(session);

    /// <summary>What is directly in a folder, in order, in pieces as they come in. The folder's own key is not in it.</summary>
    /// <param name="folder">The folder with the slash at its end; empty for the whole store.</param>
    /// <param name="beginning">Only names that begin with this: Consul itself leaves the others out. Empty for all.</param>
    /// <param name="consistency">The read mode.</param>
    /// <param name="report">Called with the state of the whole, as of <see cref="KvReader.NamesAsync"/>.</param>
    /// <param name="cancellation">Stops the listing.</param>
    /// <exception cref="ConsulException">No answer could be had.</exception>
    public async IAsyncEnumerable<ConsulKvItem[]> ChildrenAsync(
        string folder, string beginning, ConsulConsistency consistency, Action<KvReadState, ConsulFinding?> report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var names in reader.NamePiecesAsync(folder + beginning, "/", consistency, report, cancellation).ConfigureAwait(false))
        {
            var items = new List<ConsulKvItem>(names.Length);
            foreach (var name in names)
                if (name.Length > folder.Length) items.Add(ConsulKvItem.Of(name, session.Name));
            if (items.Count > 0) yield return items.ToArray();
        }
    }

    /// <summary>
    /// Everything below a folder, in the order of the keys, each folder before what is in it: one question, however many folders there are.
    /// </summary>
    /// <param name="folder">The folder with the slash at its end; empty for the whole store.</param>
    /// <param name="depth">How many levels below the folder's own; 0 for that alone.</param>
    /// <param name="consistency">The read mode.</param>
    /// <param name="report">Called with the state of the whole, as of <see cref="KvReader.NamesAsync"/>.</param>
    /// <param name="cancellation">Stops the listing.</param>
    /// <exception cref="ConsulException">No answer could be had.</exception>
    public async IAsyncEnumerable<ConsulKvItem[]> TreeAsync(
        string folder, uint depth, ConsulConsistency consistency, Action<KvReadState, ConsulFinding?> report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var last = folder;
        await foreach (var keys in reader.NamePiecesAsync(folder, null, consistency, report, cancellation).ConfigureAwait(false))
        {
            var items = new List<ConsulKvItem>(keys.Length);
            foreach (var key in keys)
            {
                var level = 0u;
                var slash = key.IndexOf('/', folder.Length);
                for (; slash >= 0 && level <= depth; level++)
                {
                    // In the order of keys those of a folder stand together: it is new when the key before was not in it.
                    if (slash >= last.Length || string.CompareOrdinal(key, 0, last, 0, slash + 1) != 0) items.Add(ConsulKvItem.Of(key.Substring(0, slash + 1), session.Name));
                    slash = key.IndexOf('/', slash + 1);
                }
                if (slash < 0 && level <= depth && key.Length > folder.Length && key[key.Length - 1] != '/') items.Add(ConsulKvItem.Of(key, session.Name));
                last = key;
            }
            if (items.Count > 0) yield return items.ToArray();
        }
    }

    /// <summary>True when at least one key begins with the folder, its own key included. Reads only the beginning of the answer.</summary>
    /// <param name="folder">The folder with the slash at its end.</param>
    /// <param name="cancellation">Stops the question.</param>
    /// <returns>Found or Missing; Forbidden and Filtered when the token may not see whether there is anything.</returns>
    /// <exception cref="ConsulException">No answer could be had, or the folder is none that a key can begin with.</exception>
    public async Task<(KvReadState State, ConsulFinding? Finding)> ExistsAsync(string folder, CancellationToken cancellation)
    {
        (KvReadState State, ConsulFinding? Finding) told = (KvReadState.Missing, null);
        await foreach (var names in reader.NamePiecesAsync(folder, "/", ConsulConsistency.Default, (state, finding) => told = (state, finding), cancellation).ConfigureAwait(false))
            if (names.Length > 0) return (KvReadState.Found, null);
        return told;
    }
}
