namespace ConsulKvTools.Commands;

/// <summary>Finds the folders beside which a key of the same name stands, while a listing goes by in the order of the keys. Only their paths need a slash at the end.</summary>
internal sealed class FolderTwins
{
    /// <summary>The keys that what comes next may still begin with, the shortest first.</summary>
    private readonly List<string> open = [];

    /// <summary>True for such a folder. To be asked for each item, in order.</summary>
    public bool Has(ConsulKvItem item)
    {
        while (open.Count > 0 && !item.Key.StartsWith(open[open.Count - 1], StringComparison.Ordinal)) open.RemoveAt(open.Count - 1);
        if (item.IsFolder) return open.Exists(key => key.Length == item.Key.Length - 1);
        open.Add(item.Key);
        return false;
    }
}
