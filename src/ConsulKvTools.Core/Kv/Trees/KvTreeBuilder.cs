using System.Collections.Specialized;

namespace ConsulKvTools.Kv.Trees;

/// <summary>
/// Turns keys into nested tables, the way back of <see cref="KvTreeReader"/>: names in Consul's own letter case and order, values as text, or as
/// bytes where they are none. A key that has keys below it keeps its value under the name <c>.</c>, one that ends with a slash under <c>/</c>.
/// </summary>
/// <param name="prefix">What is cut off all keys; see <see cref="KvTreeNames.FolderOf"/>.</param>
internal sealed class KvTreeBuilder(string prefix)
{
    private readonly string folder = KvTreeNames.FolderOf(prefix);

    /// <summary>The tables so far.</summary>
    public OrderedDictionary Root { get; } = NewTable();

    /// <summary>Keys whose flags are not 0: tables have no place for flags.</summary>
    public int WithFlags { get; private set; }

    /// <summary>Adds an entry whose key begins with the prefix. False when its place is taken: a key that ends with <c>/.</c> beside the one it is named after.</summary>
    public bool TryAdd(ConsulKvEntry entry)
    {
        var names = entry.Key.Substring(folder.Length).Split('/');
        var table = Root;
        for (var level = 0; level < names.Length - 1; level++) table = TableAt(table, names[level]);
        var name = names[names.Length - 1];
        if (name.Length == 0) name = KvTreeNames.Folder;
        if (table[name] is OrderedDictionary below) (table, name) = (below, KvTreeNames.Itself);
        if (table.Contains(name)) return false;
        if (entry.Flags != 0) WithFlags++;
        table[name] = entry.IsText ? entry.Value : entry.Bytes;
        return true;
    }

    private static OrderedDictionary TableAt(OrderedDictionary table, string name)
    {
        if (table[name] is OrderedDictionary there) return there;
        var made = NewTable();
        if (table.Contains(name)) made[KvTreeNames.Itself] = table[name];
        table[name] = made;
        return made;
    }

    private static OrderedDictionary NewTable() => new(StringComparer.Ordinal);
}
