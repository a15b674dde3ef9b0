using System.Security.Cryptography;
using System.Text;

namespace ConsulKvTools.Kv.Releases;

/// <summary>What a tree holds, without holding it: of each key the name below the tree, the flags and a hash of the value.</summary>
internal sealed class ReleaseTree
{
    private readonly SortedDictionary<string, (ulong Flags, byte[] Hash, ulong Index)> keys = new(StringComparer.Ordinal);
    private string? digest;

    /// <summary>Keys.</summary>
    public int Count => keys.Count;

    /// <summary>Bytes of the values.</summary>
    public long Bytes { get; private set; }

    /// <summary>The greatest ModifyIndex of its keys; 0 when they were not read from a store.</summary>
    public ulong NewestIndex { get; private set; }

    /// <summary>The names below the tree, sorted by their characters, each with the ModifyIndex it was read with.</summary>
    public IEnumerable<(string Name, ulong Index)> Keys => keys.Select(key => (key.Key, key.Value.Index));

    /// <summary>
    /// SHA-256 over every key in the order of their characters: name and value each by length and SHA-256, and the flags between them. Does not depend on
    /// where the tree stands, nor on the order in which it was listed.
    /// </summary>
    public string Digest => digest ??= Compute();

    /// <summary>Takes a key in; false when it is there already.</summary>
    /// <param name="name">The name below the tree.</param>
    /// <param name="value">The value.</param>
    /// <param name="flags">The flags.</param>
    /// <param name="index">ModifyIndex; 0 when it was not read.</param>
    public bool TryAdd(string name, byte[] value, ulong flags, ulong index = 0)
    {
        if (keys.ContainsKey(name)) return false;
        using var sha = SHA256.Create();
        keys.Add(name, (flags, sha.ComputeHash(value), index));
        Bytes += value.Length;
        NewestIndex = Math.Max(NewestIndex, index);
        digest = null;
        return true;
    }

    /// <summary>True when it has a key of this name.</summary>
    public bool Contains(string name) => keys.ContainsKey(name);

    /// <summary>The difference to another tree in numbers: keys that only this one has, that only the other has, that differ.</summary>
    public (int Added, int Removed, int Changed) Against(ReleaseTree before)
    {
        var (added, changed) = (0, 0);
        foreach (var key in keys)
            if (!before.keys.TryGetValue(key.Key, out var other)) added++;
            else if (other.Flags != key.Value.Flags || !other.Hash.AsSpan().SequenceEqual(key.Value.Hash)) changed++;
        return (added, before.Count - (Count - added), changed);
    }

    private string Compute()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var key in keys)
        {
            var name = Encoding.UTF8.GetBytes(key.Key);
            sha.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{name.Length}:")));
            sha.AppendData(name);
            sha.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($":{key.Value.Flags}:")));
            sha.AppendData(key.Value.Hash);
        }
        return "sha256:" + string.Concat(sha.GetHashAndReset().Select(part => part.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
