namespace ConsulKvTools.Kv.Trees;

/// <summary>Names in a table that stand for the table's own key. Neither can be a part of a key that Consul's paths reach, so nothing else is meant by them.</summary>
internal static class KvTreeNames
{
    /// <summary>The key itself: <c>app/db</c> beside <c>app/db/host</c>.</summary>
    public const string Itself = ".";

    /// <summary>The key with a slash at its end, a folder's own: <c>app/db/</c>.</summary>
    public const string Folder = "/";

    /// <summary>What all keys of a tree begin with: the given text with a slash at its end; empty for the whole store.</summary>
    public static string FolderOf(string prefix) => prefix.Length == 0 || prefix.EndsWith("/", StringComparison.Ordinal) ? prefix : prefix + "/";
}
