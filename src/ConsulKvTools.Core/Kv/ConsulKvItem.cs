namespace ConsulKvTools;

/// <summary>A name in a folder of the store: a key, or a folder, which is nothing but a beginning that keys have in common.</summary>
/// <remarks>
/// Consul knows keys only. A folder is there as long as a key begins with it; a key <c>a</c> and a folder <c>a/</c> can both be there. A key that
/// itself ends in a slash is its folder's own key: it makes an empty folder exist, and may have a value.
/// </remarks>
public sealed record ConsulKvItem
{
    /// <summary>The last part of the key, without a slash; empty for the whole store.</summary>
    public required string Name { get; init; }

    /// <summary>The key as stored; of a folder the beginning that its keys have in common, with the slash at its end.</summary>
    public required string Key { get; init; }

    /// <summary>True for a folder.</summary>
    public bool IsFolder { get; init; }

    /// <summary>The session it was listed with.</summary>
    public string? Session { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Key;

    /// <summary>The item of a key, or of a folder when that ends in a slash.</summary>
    internal static ConsulKvItem Of(string key, string? session)
    {
        var isFolder = key.Length == 0 || key[key.Length - 1] == '/';
        var end = isFolder ? Math.Max(key.Length - 1, 0) : key.Length;
        var start = end == 0 ? 0 : key.LastIndexOf('/', end - 1) + 1;
        return new ConsulKvItem { Name = key.Substring(start, end - start), Key = key, IsFolder = isFolder, Session = session };
    }
}
