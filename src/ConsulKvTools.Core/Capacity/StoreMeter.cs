using System.Text;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Capacity;

/// <summary>
/// Counts keys as they come in. Consul lists in the order of the keys' bytes, so the keys of a folder come in one go: only the folders on the
/// way to the present key are open, and of closed ones those are kept that are among the largest.
/// </summary>
internal sealed class StoreMeter
{
    private const int Classes = 34;

    private readonly int depth;
    private readonly ulong? sinceIndex;
    private readonly List<OpenFolder> open;
    private readonly long[] classKeys = new long[Classes];
    private readonly long[] classBytes = new long[Classes];
    private readonly LargestFew<ConsulKvKeySize> largest;
    private readonly LargestFew<ConsulKvPrefixSize>[] levels;
    private readonly LargestFew<ConsulKvPrefixSize> deepest;
    private readonly LargestFew<ConsulKvKeySize> largestOne = new(1);
    private readonly LargestFew<(string Prefix, long Size)> mostOwnKeys = new(1);
    private readonly LargestFew<(string Prefix, long Size)> largestTransaction = new(1);
    private readonly LargestFew<(string Prefix, long Size)> mostChildren = new(1);
    private readonly LargestFew<(string Key, long Size)> largestEntry = new(1);
    private string last;

    /// <param name="prefix">What is measured.</param>
    /// <param name="depth">So many levels of prefixes are told of, 0 or more.</param>
    /// <param name="top">So many keys, and prefixes of a level, 0 or more.</param>
    /// <param name="sinceIndex">The index of the measurement before; null without one.</param>
    public StoreMeter(string prefix, int depth, int top, ulong? sinceIndex)
    {
        this.depth = depth;
        this.sinceIndex = sinceIndex;
        last = prefix;
        open = [new OpenFolder(prefix.Length)];
        largest = new(top);
        deepest = new(top);
        levels = [.. Enumerable.Range(0, depth).Select(_ => new LargestFew<ConsulKvPrefixSize>(top))];
    }

    public long Keys { get; private set; }

    public long Bytes { get; private set; }

    public long KeyBytes { get; private set; }

    public long StoredBytes { get; private set; }

    /// <summary>The highest index among the keys.</summary>
    public ulong Index { get; private set; }

    /// <summary>Keys made since the measurement before.</summary>
    public long Created { get; private set; }

    /// <summary>Keys that were there before and were changed since.</summary>
    public long Changed { get; private set; }

    /// <summary>The key with the largest value; null without keys.</summary>
    public ConsulKvKeySize? Largest => largestOne.Descending.FirstOrDefault();

    public IEnumerable<ConsulKvKeySize> LargestKeys => largest.Descending;

    public IEnumerable<ConsulKvPrefixSize> DeepestPrefixes => deepest.Descending.Select(WithShare);

    public IEnumerable<ConsulKvPrefixSize> Prefixes => levels.SelectMany(level => level.Descending).Select(WithShare);

    /// <summary>The prefix with the most keys directly in it.</summary>
    public (string? Prefix, long Size) MostOwnKeys => mostOwnKeys.Descending.FirstOrDefault();

    /// <summary>The prefix whose own keys make the largest transaction.</summary>
    public (string? Prefix, long Size) LargestTransaction => largestTransaction.Descending.FirstOrDefault();

    /// <summary>The prefix with the most keys and folders directly in it.</summary>
    public (string? Prefix, long Size) MostChildren => mostChildren.Descending.FirstOrDefault();

    /// <summary>The key with the largest entry in a log.</summary>
    public (string? Key, long Size) LargestEntry => largestEntry.Descending.FirstOrDefault();

    /// <summary>How many values are of which size.</summary>
    public IReadOnlyList<ConsulKvSizeClass> SizeClasses
    {
        get
        {
            var first = Array.FindIndex(classKeys, keys => keys > 0);
            var end = Array.FindLastIndex(classKeys, keys => keys > 0);
            return first < 0 ? [] : Enumerable.Range(first, end - first + 1).Select(index => new ConsulKvSizeClass
            {
                From = index == 0 ? 0 : 1L << (index - 1),
                To = index == 0 ? 0 : (1L << index) - 1,
                Keys = classKeys[index],
                Bytes = classBytes[index],
            }).ToArray();
        }
    }

    /// <summary>Counts a key. Keys of one folder have to come one after the other.</summary>
    public void Add(in KvSize entry)
    {
        Keys++;
        Bytes += entry.ValueBytes;
        var nameBytes = Encoding.UTF8.GetByteCount(entry.Key);
        KeyBytes += nameBytes;
        var stored = SnapshotSize.Of(entry);
        StoredBytes += stored;
        Index = Math.Max(Index, entry.ModifyIndex);
        if (entry.CreateIndex > sinceIndex) Created++;
        else if (entry.ModifyIndex > sinceIndex) Changed++;
        var size = 0;
        while (size < Classes - 1 && entry.ValueBytes >> size > 0) size++;
        classKeys[size]++;
        classBytes[size] += entry.ValueBytes;
        if (largest.WouldKeep(entry.ValueBytes) || largestOne.WouldKeep(entry.ValueBytes))
        {
            var key = new ConsulKvKeySize { Key = entry.Key, Bytes = entry.ValueBytes, ModifyIndex = entry.ModifyIndex };
            largest.Add(entry.ValueBytes, key);
            largestOne.Add(entry.ValueBytes, key);
        }
        largestEntry.Add(stored, (entry.Key, stored));

        var folder = FolderOf(entry.Key);
        folder.Keys++;
        folder.Bytes += entry.ValueBytes;
        folder.StoredBytes += stored;
        folder.Children++;
        folder.OwnKeys++;
        folder.TransactionBytes += TransactionSize.OfSet(entry.Key, entry.ValueBytes, entry.Flags) + 1;
    }

    /// <summary>Closes all folders. Nothing is added afterwards.</summary>
    public void End()
    {
        while (open.Count > 0) CloseLast();
    }

    private OpenFolder FolderOf(string key)
    {
        while (open.Count > 1 && string.CompareOrdinal(key, 0, last, 0, open[open.Count - 1].Length) != 0) CloseLast();
        for (var slash = key.IndexOf('/', open[open.Count - 1].Length); slash >= 0; slash = key.IndexOf('/', slash + 1))
        {
            open[open.Count - 1].Children++;
            open.Add(new OpenFolder(slash + 1));
        }
        last = key;
        return open[open.Count - 1];
    }

    private void CloseLast()
    {
        var level = open.Count - 1;
        var folder = open[level];
        open.RemoveAt(level);
        if (open.Count > 0)
        {
            var parent = open[open.Count - 1];
            parent.Keys += folder.Keys;
            parent.Bytes += folder.Bytes;
            parent.StoredBytes += folder.StoredBytes;
        }
        string? name = null;
        string Name() => name ??= last.Substring(0, folder.Length);
        if (folder.OwnKeys > 0)
        {
            if (mostOwnKeys.WouldKeep(folder.OwnKeys)) mostOwnKeys.Add(folder.OwnKeys, (Name(), folder.OwnKeys));
            var size = folder.TransactionBytes + TransactionSize.Empty - 1;
            if (largestTransaction.WouldKeep(size)) largestTransaction.Add(size, (Name(), size));
        }
        if (folder.Children > 0 && mostChildren.WouldKeep(folder.Children)) mostChildren.Add(folder.Children, (Name(), folder.Children));
        if (level == 0) return;
        if (level <= depth && levels[level - 1].WouldKeep(folder.StoredBytes)) levels[level - 1].Add(folder.StoredBytes, SizeOf(folder, level, Name()));
        if (deepest.WouldKeep(level)) deepest.Add(level, SizeOf(folder, level, Name()));
    }

    private static ConsulKvPrefixSize SizeOf(OpenFolder folder, int level, string name) => new()
    {
        Prefix = name,
        Level = level,
        Keys = folder.Keys,
        Bytes = folder.Bytes,
        StoredBytes = folder.StoredBytes,
        Children = folder.Children,
    };

    private ConsulKvPrefixSize WithShare(ConsulKvPrefixSize prefix) => prefix with { Share = StoredBytes == 0 ? 0 : prefix.StoredBytes / (double)StoredBytes };
}
