using System.Text;
using ConsulKvTools.Capacity;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Tests.Capacity;

/// <summary>Counting keys as they come: the same as counting them all at once, in memory that does not grow with them.</summary>
public sealed class StoreMeterTests
{
    [Theory]
    [InlineData("", 1)]
    [InlineData("", 2)]
    [InlineData("", 3)]
    [InlineData("a/", 4)]
    [InlineData("a", 5)]
    public void Prefixes_limits_and_histogram_are_those_of_a_plain_count(string prefix, int seed)
    {
        var random = new Random(seed);
        string Segment() => random.Next(6) switch { 0 => "a", 1 => "b", 2 => "", 3 => "é", 4 => "a-b", _ => "𝄞" };
        var keys = Enumerable.Range(0, 400).Select(_ => prefix + string.Join("/", Enumerable.Range(0, random.Next(1, 5)).Select(_ => Segment()))).Where(key => key.Length > 0).Distinct()
            .OrderBy(key => key, Comparer<string>.Create((one, other) => Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other))))
            .Select(key => new KvSize(key, random.Next(0, 70_000) >> random.Next(17), 0, 0, false, (ulong)random.Next(1, 99), (ulong)random.Next(99, 199))).ToArray();
        var meter = new StoreMeter(prefix, depth: 3, top: 1000, sinceIndex: 50);
        foreach (var key in keys) meter.Add(key);
        meter.End();

        Assert.Equal(keys.Length, meter.Keys);
        Assert.Equal(keys.Sum(key => (long)key.ValueBytes), meter.Bytes);
        Assert.Equal(keys.Count(key => key.CreateIndex > 50), meter.Created);
        Assert.Equal(keys.Count(key => key.CreateIndex <= 50), meter.Changed);
        Assert.Equal(keys.Length, meter.SizeClasses.Sum(size => size.Keys));
        Assert.All(meter.SizeClasses, size => Assert.Equal(keys.Count(key => key.ValueBytes >= size.From && key.ValueBytes <= size.To), size.Keys));
        Assert.Equal(keys.OrderByDescending(key => key.ValueBytes).Select(key => (long)key.ValueBytes), meter.LargestKeys.Select(key => key.Bytes));

        string FolderOf(string key) => key.LastIndexOf('/') is var slash && slash >= prefix.Length ? key[..(slash + 1)] : prefix;
        var folders = keys.SelectMany(key => Enumerable.Range(prefix.Length, key.Key.Length - prefix.Length).Where(at => key.Key[at] == '/').Select(at => key.Key[..(at + 1)])).Distinct()
            .ToDictionary(folder => folder, folder => keys.Where(key => key.Key.StartsWith(folder, StringComparison.Ordinal)).ToArray());
        var told = meter.Prefixes.ToDictionary(one => one.Prefix);
        Assert.Equal(folders.Keys.Where(folder => folder[prefix.Length..].Count(letter => letter == '/') <= 3).Order(StringComparer.Ordinal), told.Keys.Order(StringComparer.Ordinal));
        Assert.All(told.Values, one =>
        {
            Assert.Equal(folders[one.Prefix].Length, one.Keys);
            Assert.Equal(folders[one.Prefix].Sum(key => (long)key.ValueBytes), one.Bytes);
            Assert.Equal(folders[one.Prefix].Sum(key => SnapshotSize.Of(key)), one.StoredBytes);
            Assert.Equal(one.Prefix[prefix.Length..].Count(letter => letter == '/'), one.Level);
        });
        var siblings = keys.GroupBy(key => FolderOf(key.Key)).ToArray();
        Assert.Equal(siblings.Max(group => group.Count()), meter.MostOwnKeys.Size);
        Assert.Equal(siblings.Max(group => TransactionSize.Of([.. group.Select(key => new ConsulKvWrite { Key = key.Key, Value = new byte[key.ValueBytes] })])), meter.LargestTransaction.Size);
    }

    [Fact]
    public void A_hundred_thousand_keys_cost_their_names_and_no_values()
    {
        const int count = 100_000;
        var value = Convert.ToBase64String(new byte[3000]);
        var elements = Enumerable.Range(0, 1000).Select(number => Encoding.UTF8.GetBytes(
            $$"""{"LockIndex":0,"Key":"app/{{number / 20:000}}/service/{{number:000}}","Flags":0,"Value":"{{value}}","CreateIndex":5,"ModifyIndex":{{number + 5}}}""")).ToArray();
        var reader = new KvSizeReader("app/");
        var meter = new StoreMeter("", depth: 3, top: 10, sinceIndex: null);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var index = 0; index < count; index++)
        {
            Assert.True(reader.TryScan(elements[index % elements.Length], out var element, out _));
            meter.Add(element);
        }
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)count;

        Assert.Equal(3000L * count, meter.Bytes);
        // The name as a string, and now and then a folder; a value alone would be 3,024.
        Assert.True(each < 400, $"{each} bytes a key");
    }

    [Fact]
    public void What_is_no_ordinary_shape_is_read_the_thorough_way()
    {
        var list = new KvListParser<KvSize>(new KvSizeReader("a"));
        list.Parse(Encoding.UTF8.GetBytes("""[{"Key":"a\u0062","Value":"YWJj","LockIndex":1,"Flags":2,"CreateIndex":3,"ModifyIndex":4,"Session":"x","New":[1]},{"LockIndex":0,"Key":"ac","Flags":0,"Value":"YWJjZA==","CreateIndex":3,"ModifyIndex":9}]"""), ended: true);
        Assert.Null(list.Problem);
        Assert.Equal([new KvSize("ab", 3, 2, 1, true, 3, 4), new KvSize("ac", 4, 0, 0, false, 3, 9)], list.Ready);
    }
}
