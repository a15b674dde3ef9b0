using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Kv;

/// <summary>Nested tables become keys and keys nested tables, and nothing is lost or made up on the way.</summary>
public sealed class TreeTests
{
    [Fact]
    public void Every_set_of_keys_comes_back_the_same_from_its_table()
    {
        var (nested, beside, folders) = (0, 0, 0);

        Prop.ForAll(Gen.ArrayOf(Keys()).ToArbitrary(), (string[] some) =>
        {
            // Consul lists in the order of the bytes.
            var entries = some.Distinct(StringComparer.Ordinal).Where(key => KvKey.Check(key, isPrefix: false) is null).Order(StringComparer.Ordinal)
                .Select((key, number) => Entry("app/" + key, number % 3 == 0 ? [0xff, (byte)number] : Encoding.UTF8.GetBytes($"value {number}"))).ToArray();
            var tree = new KvTreeBuilder("app");
            foreach (var entry in entries) Assert.True(tree.TryAdd(entry));
            var read = new KvTreeReader(KvNode.Of);
            read.Read("app", tree.Root);
            Assert.Empty(read.Problems);
            Assert.Equal(
                entries.Select(entry => (entry.Key, Convert.ToHexString(entry.Bytes))).Order(),
                read.Leaves.Select(leaf => (leaf.Key, Convert.ToHexString(leaf.Value))).Order());
            nested += entries.Count(entry => entry.Key.Count(letter => letter == '/') > 1);
            beside += entries.Count(entry => entries.Any(other => other.Key.StartsWith(entry.Key + "/", StringComparison.Ordinal)));
            folders += entries.Count(entry => entry.Key.EndsWith('/'));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

        Assert.True(nested > 50 && beside > 50 && folders > 50, $"{nested} nested, {beside} beside a folder of their name, {folders} folders");
    }

    [Fact]
    public void A_key_that_is_a_folder_too_keeps_its_value_in_whatever_order_they_come()
    {
        foreach (var keys in new[] { new[] { "a", "a-b", "a/", "a/b" }, ["a/b", "a/", "a-b", "a"] })
        {
            var tree = new KvTreeBuilder("");
            foreach (var key in keys) Assert.True(tree.TryAdd(Entry(key, Encoding.UTF8.GetBytes(key))));
            var below = Assert.IsType<OrderedDictionary>(tree.Root["a"]);
            Assert.Equal(("a", "a/", "a/b", "a-b"), (below["."], below["/"], below["b"], tree.Root["a-b"]));
        }
    }

    [Fact]
    public void A_key_without_a_place_of_its_own_is_told_and_the_other_stays()
    {
        var tree = new KvTreeBuilder("");
        Assert.True(tree.TryAdd(Entry("a", [1])));
        Assert.True(tree.TryAdd(Entry("a/b", [2])));
        Assert.False(tree.TryAdd(Entry("a/.", "x"u8.ToArray())));
        Assert.Equal("\u0001", ((OrderedDictionary)tree.Root["a"]!)["."]);
    }

    [Fact]
    public void Letter_case_tells_names_apart_and_flags_are_counted()
    {
        var tree = new KvTreeBuilder("");
        Assert.True(tree.TryAdd(Entry("App", "1"u8.ToArray())));
        Assert.True(tree.TryAdd(new ConsulKvEntry { Key = "app", Bytes = [], Flags = 7 }));
        Assert.Equal(("1", "", 1), (tree.Root["App"], tree.Root["app"], tree.WithFlags));
    }

    public static TheoryData<object?, string> Scalars => new()
    {
        { "text", "text" }, { "", "" }, { true, "true" }, { false, "false" }, { 5432, "5432" }, { -0.1, "-0.1" }, { 1.5m, "1.5" }, { ulong.MaxValue, "18446744073709551615" }, { 0.1f, "0.1" },
        { 1e300, "1E+300" }, { 'x', "x" }, { DayOfWeek.Monday, "Monday" }, { TimeSpan.FromSeconds(90), "00:01:30" }, { new Uri("http://a/b?c"), "http://a/b?c" }, { new Version(1, 2), "1.2" },
        { new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc), "2024-01-02T03:04:05Z" }, { new DateTime(2024, 1, 2, 3, 4, 5, 678), "2024-01-02T03:04:05.678" },
        { new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), "2024-01-02T03:04:05+02:00" }, { new DateOnly(2024, 1, 2), "2024-01-02" },
        { Guid.Parse("11112222-3333-4444-5555-666677778888"), "11112222-3333-4444-5555-666677778888" },
        { new object?[] { 1, "zwei \u00fc<\"", null, true, 0.5, new[] { 1 }, new OrderedDictionary { ["a"] = null, ["b"] = 1 } }, """[1,"zwei ü<\"",null,true,0.5,[1],{"a":null,"b":1}]""" },
        { Array.Empty<object>(), "[]" },
    };

    [Theory]
    [MemberData(nameof(Scalars))]
    public void A_value_is_stored_as_JSON_spells_it_whatever_the_culture(object? value, string text)
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = comma.DateTimeFormat.DateSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            var read = Read(new OrderedDictionary { ["key"] = value });
            Assert.Empty(read.Problems);
            var leaf = Assert.Single(read.Leaves);
            Assert.Equal(("key", text), (leaf.Key, Encoding.UTF8.GetString(leaf.Value)));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Leaves_come_in_the_order_of_an_ordered_table_and_by_name_of_a_plain_one()
    {
        Assert.Equal(["z", "a/y", "a/b", "m"], Read(new OrderedDictionary { ["z"] = 1, ["a"] = new OrderedDictionary { ["y"] = 1, ["b"] = 2 }, ["m"] = 1 }).Leaves.Select(leaf => leaf.Key));
        Assert.Equal(["a", "b", "c", "d", "e", "f"], Read(new Hashtable { ["d"] = 1, ["b"] = 1, ["f"] = 1, ["a"] = 1, ["e"] = 1, ["c"] = 1 }).Leaves.Select(leaf => leaf.Key));
    }

    public static TheoryData<string, object?, string> Mistakes => new()
    {
        { "null", new Hashtable { ["a"] = new Hashtable { ["b"] = null } }, "p/a/b is null" },
        { "slash", new Hashtable { ["a/b"] = 1 }, "holds a slash" },
        { "empty name", new Hashtable { ["a"] = new Hashtable { [""] = 1 } }, "a name below p/a/ is empty" },
        { "dots", new Hashtable { [".."] = 1 }, "p/..: " },
        { "a table for itself", new Hashtable { ["."] = new Hashtable { ["a"] = 1 } }, "cannot be a table" },
        { "the same key twice", new Hashtable { [1] = "x", ["1"] = "y" }, "two values would become the key p/1" },
        { "an object", new Hashtable { ["a"] = new object() }, "is an object (Object)" },
        { "half a pair", new Hashtable { ["a"] = "\ud800" }, "surrogate" },
        { "half a pair in a list", new Hashtable { ["a"] = new[] { "\ud800" } }, "surrogate" },
        { "no number", new Hashtable { ["a"] = new[] { double.NaN } }, "JSON has no number" },
        { "bytes in a list", new Hashtable { ["a"] = new object[] { new byte[] { 1 } } }, "holds bytes" },
        { "no table", "text", "a table or object with names is needed" },
        { "nothing", null, "null" },
        { "itself", Circle(), "holds itself" },
        { "itself in a list", ListCircle(), "holds itself" },
        { "too deep", Deep(200), "deeper than 64 levels" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_anywhere_is_named_with_its_place(string mistake, object? root, string words)
    {
        var read = new KvTreeReader(KvNode.Of);
        read.Read("p", root);
        Assert.True(read.Problems.Any(problem => problem.Contains(words, StringComparison.Ordinal)), $"{mistake}: {string.Join("; ", read.Problems)}");
    }

    [Fact]
    public void A_table_that_holds_itself_many_times_is_found_out_in_time()
    {
        var table = new Hashtable();
        for (var number = 0; number < 50; number++) table[$"again {number}"] = table;
        Assert.Equal(50, Read(table).Problems.Count);
    }

    [Fact]
    public void The_same_table_in_two_places_is_no_circle()
    {
        var shared = new Hashtable { ["x"] = 1 };
        var read = Read(new OrderedDictionary { ["a"] = shared, ["b"] = shared });
        Assert.Empty(read.Problems);
        Assert.Equal(["a/x", "b/x"], read.Leaves.Select(leaf => leaf.Key));
    }

    [Fact]
    public void An_empty_table_gives_no_key_and_is_counted()
    {
        var read = Read(new OrderedDictionary { ["a"] = new Hashtable(), ["b"] = 1 });
        Assert.Equal((1, 1), (read.Leaves.Count, read.EmptyTables));
    }

    private static KvTreeReader Read(object root)
    {
        var read = new KvTreeReader(KvNode.Of);
        read.Read("", root);
        return read;
    }

    private static Hashtable Circle()
    {
        var table = new Hashtable();
        table["a"] = new Hashtable { ["b"] = table };
        return table;
    }

    private static Hashtable ListCircle()
    {
        var list = new ArrayList();
        list.Add(list);
        return new Hashtable { ["a"] = list };
    }

    private static Hashtable Deep(int levels) => levels == 0 ? new Hashtable { ["a"] = 1 } : new Hashtable { ["a"] = Deep(levels - 1) };

    private static ConsulKvEntry Entry(string key, byte[] value) => new() { Key = key, Bytes = value };

    private static Gen<string> Keys() =>
        from depth in Gen.Choose(1, 4)
        from names in Gen.ArrayOf(Gen.Elements("a", "b", "A", "a-b", "a.b", " ", "ü", "a0"), depth)
        from slash in Gen.Elements("", "", "/")
        select string.Join("/", names) + slash;
}
