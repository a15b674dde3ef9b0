using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Moves;

/// <summary>Where the keys of a document go in the store.</summary>
internal sealed class KeyMapping
{
    /// <summary>The top of the store, where a target is given: no key begins so, and unlike '' no variable that was never set gives it.</summary>
    public const string Top = "/";

    private readonly KeyValuePair<string, string>[] rows;

    private KeyMapping(IEnumerable<KeyValuePair<string, string>> given)
    {
        var rows = given.ToArray();
        NamesTop = rows.Any(row => row.Value == Top);
        // The longest beginning that fits counts.
        this.rows = [.. rows.Select(row => row.Value == Top ? new(row.Key, "") : row).OrderByDescending(row => row.Key.Length).ThenBy(row => row.Key, StringComparer.Ordinal)];
        var targets = this.rows.Select(row => row.Value).Distinct(StringComparer.Ordinal).ToArray();
        Scopes = [.. targets.Where(target => !targets.Any(other => other != target && target.StartsWith(other, StringComparison.Ordinal))).OrderBy(target => target, KvOrder.Bytes)];
    }

    /// <summary>What every key that it gives begins with, in order, none within another; '' for the whole store.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>True when the top of the store is a target by its name.</summary>
    public bool NamesTop { get; }

    /// <summary>What every key is put below; null when that is nothing, or a table says where keys go.</summary>
    public string? Folder { get; private init; }

    /// <summary>In words that tell one mapping from another.</summary>
    public string Identity => string.Join("\n", rows.Select(row => row.Key + "\t" + row.Value));

    /// <summary>Everything below a prefix.</summary>
    public static KeyMapping Below(string prefix) => new([new("", prefix)]) { Folder = prefix is "" or Top ? null : prefix };

    /// <summary>Beginnings of keys and what stands in their place.</summary>
    public static KeyMapping Of(IEnumerable<KeyValuePair<string, string>> rows) => new(rows);

    /// <summary>The names in a document that give a key of the store.</summary>
    public IEnumerable<string> Sources(string key) => rows
        .Where(row => key.StartsWith(row.Value, StringComparison.Ordinal))
        .Select(row => row.Key + key.Substring(row.Value.Length))
        .Where(name => Target(name) == key);

    /// <summary>The key in the store; null when no row says anything about it.</summary>
    public string? Target(string key)
    {
        foreach (var row in rows)
            if (key.StartsWith(row.Key, StringComparison.Ordinal)) return row.Value + key.Substring(row.Key.Length);
        return null;
    }
}
