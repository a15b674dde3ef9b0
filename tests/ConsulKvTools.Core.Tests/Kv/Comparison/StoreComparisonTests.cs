using System.Text;
using System.Text.RegularExpressions;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Comparison;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Tests.Kv.Comparison;

[Collection(AclAgentTests.Name)]
public sealed class StoreComparisonTests(AclAgentFixture lab)
{
    private const string Password = "Tr0ub4dor&3";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Added_removed_and_changed_keys_are_told_in_the_order_of_their_names()
    {
        await PutAsync("cmp/one/l/", ("a", "1"), ("b", "2"), ("c", "3"), ("é", "x"));
        await PutAsync("cmp/one/r/", ("b", "2"), ("c", "4"), ("d", "5"), ("é", "x"));
        var found = await CompareAsync(Side("cmp/one/l/"), Side("cmp/one/r/"), new());
        Assert.Equal(["Removed a", "Changed c", "Added d"], found.Select(one => $"{one.Kind} {one.Name}"));
        Assert.Equal(("cmp/one/r/a", "cmp/one/l/a", 0ul), (found[0].Key, found[0].ReferenceKey, found[0].CheckAndSet!.Value));
        Assert.Equal(["@@ -1 +1 @@", "-3", "\\ No newline at end of file", "+4", "\\ No newline at end of file"], found[1].Changes);
        Assert.True(found[1].CheckAndSet > 0);
        Assert.Null(found[2].Wanted);
        Assert.Equal(5, (await CompareAsync(Side("cmp/one/l/"), Side("cmp/one/r/"), new() { IncludeEqual = true })).Count);
    }

    [Fact]
    public async Task A_key_that_the_token_may_not_read_on_one_side_is_unknown_and_never_removed()
    {
        await PutAsync("cmp/acl/l/", ("a", "1"), ("secret/x", "2"));
        await PutAsync("cmp/acl/r/", ("secret/x", "2"));
        var token = await lab.Agent.CreateTokenAsync("""key_prefix "cmp/acl/" { policy = "read" } key_prefix "cmp/acl/r/secret/" { policy = "deny" }""");
        using var reader = lab.Session(token.SecretId);
        var found = await CompareAsync(Side("cmp/acl/l/", reader), Side("cmp/acl/r/", reader), new());
        Assert.Equal(["Removed a", "Unknown secret/x"], found.Select(one => $"{one.Kind} {one.Name}"));
        Assert.Null(found[1].CheckAndSet);
        Assert.Null(found[1].Wanted);
    }

    [Fact]
    public async Task A_side_of_which_nothing_may_be_seen_is_not_taken_for_an_empty_one()
    {
        await PutAsync("cmp/none/l/", ("a", "1"));
        var token = await lab.Agent.CreateTokenAsync("""key_prefix "cmp/none/l/" { policy = "read" }""");
        using var reader = lab.Session(token.SecretId);
        Assert.Equal(["Unknown a"], (await CompareAsync(Side("cmp/none/l/", reader), Side("cmp/none/r/", reader), new())).Select(one => $"{one.Kind} {one.Name}"));
    }

    [Fact]
    public async Task A_changed_secret_is_told_by_its_fingerprints_and_not_shown()
    {
        await PutAsync("cmp/secret/l/", ("db/password", Password), ("settings", $$"""{"host":"a","password":"{{Password}}"}"""));
        await PutAsync("cmp/secret/r/", ("db/password", Password + "x"), ("settings", $$"""{"password":"{{Password}}y","host":"a"}"""));
        foreach (var semantic in new[] { false, true })
        {
            var found = await CompareAsync(Side("cmp/secret/l/"), Side("cmp/secret/r/"), new() { Semantic = semantic });
            Assert.Equal(2, found.Count);
            var text = string.Join("\n", found.Select(one => $"{one} {one.ReferenceValue} {one.DifferenceValue} {string.Join("\n", one.Changes)}"));
            Assert.DoesNotContain("Tr0ub", text);
            Assert.Contains($"<hidden 9-16 chars #{new ConsulSecret(Password).Fingerprint}>", text);
            Assert.Contains($"<hidden 9-16 chars #{new ConsulSecret(Password + "x").Fingerprint}>", text);
            // What is to be written is the value itself.
            Assert.Equal(Password, Encoding.UTF8.GetString(found[0].Wanted!.Bytes));
        }
    }

    [Fact]
    public async Task What_does_not_count_makes_no_difference()
    {
        await PutAsync("cmp/not/l/", ("url", "https://db.prod.example:1/x"), ("json", """{"a":1,"b":2}"""), ("tmp/x", "1"));
        await PutAsync("cmp/not/r/", ("url", "https://db.staging.example:1/x"), ("json", """{ "b": 2, "a": 1 }"""), ("tmp/x", "2"));
        Assert.Equal(3, (await CompareAsync(Side("cmp/not/l/"), Side("cmp/not/r/"), new())).Count);
        Assert.Empty(await CompareAsync(Side("cmp/not/l/"), Side("cmp/not/r/"), new() { Semantic = true, Exclude = [new Regex("^tmp/.*$")], ExcludeValue = [new Regex(@"[\w-]+\.(prod|staging)\.example")] }));
    }

    [Fact]
    public async Task A_hundred_thousand_keys_on_each_side_are_compared_while_little_is_held()
    {
        var left = new Numbers(100_000, number => number % 1000 == 7 ? null : "v" + number);
        var right = new Numbers(100_000, number => number % 1000 == 9 ? null : number % 1000 == 11 ? "other" : "v" + number);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        var kinds = new Dictionary<ConsulKvDifferenceKind, int>();
        await foreach (var piece in new StoreComparison(new KvSide(left, ""), new KvSide(right, ""), new()).RunAsync(Stop))
        {
            foreach (var one in piece) kinds[one.Kind] = kinds.GetValueOrDefault(one.Kind) + 1;
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        Assert.Equal((100, 100, 100), (kinds[ConsulKvDifferenceKind.Added], kinds[ConsulKvDifferenceKind.Removed], kinds[ConsulKvDifferenceKind.Changed]));
        // All entries together would be over 30 MB.
        Assert.InRange(most, long.MinValue, 12_000_000);
    }

    [Fact]
    public async Task Environments_are_laid_side_by_side_and_say_who_equals_whom()
    {
        await PutAsync("cmp/env/p/", ("same", "1"), ("two", "a"), ("gone", "x"), ("db/password", Password));
        await PutAsync("cmp/env/s/", ("same", "1"), ("two", "b"), ("gone", "x"), ("db/password", Password + "s"));
        await PutAsync("cmp/env/t/", ("same", "1"), ("two", "a"), ("db/password", Password));
        var rows = new List<ConsulKvEnvironmentRow>();
        var comparison = new EnvironmentComparison([("production", Side("cmp/env/p/")), ("staging", Side("cmp/env/s/")), ("test", Side("cmp/env/t/"))], new() { IncludeEqual = true });
        await foreach (var piece in comparison.RunAsync(Stop)) rows.AddRange(piece);
        string Of(ConsulKvEnvironmentRow row) => $"{row.Name}: {row.Status} {string.Join(" ", row.Groups.Values.Cast<string>())}";
        Assert.Equal(["db/password: Differs A B A", "gone: Missing A A -", "same: Same A A A", "two: Differs A B A"], rows.Select(Of));
        Assert.Equal($"<hidden 9-16 chars #{new ConsulSecret(Password).Fingerprint}>", rows[0].Values["production"]);
        Assert.Null(rows[1].Values["test"]);
        Assert.Equal((1, null), (rows[1].Sizes["production"], rows[1].Sizes["test"]));
    }

    [Fact]
    public async Task Nothing_the_empty_value_bytes_and_a_text_about_bytes_are_told_apart()
    {
        await PutAsync("cmp/kind/l/", ("empty", ""), ("gone", ""), ("like", "3 bytes"), ("to", ""));
        await new KvWriter(lab.Session()).WriteAsync(new ConsulKvWrite { Key = "cmp/kind/l/bytes", Value = [0xff, 0xfe, 0x00] }, Stop);
        await PutAsync("cmp/kind/r/", ("bytes", "abc"), ("like", "3 bytes"), ("to", "text"));
        var found = await CompareAsync(Side("cmp/kind/l/"), Side("cmp/kind/r/"), new());
        string Text(string name) => string.Join("|", DifferenceText.Lines(found.Single(one => one.Name == name), 80).Select(line => line.Text.Trim()));
        Assert.Equal("- empty  (removed, 0 bytes)|(empty)", Text("empty"));
        Assert.Equal("~ bytes  (changed, binary, 3 bytes → text, 3 bytes)", Text("bytes"));
        Assert.StartsWith("~ to  (changed, empty → text, 4 bytes)|", Text("to"), StringComparison.Ordinal);

        var rows = new List<ConsulKvEnvironmentRow>();
        await foreach (var piece in new EnvironmentComparison([("one", Side("cmp/kind/l/")), ("two", Side("cmp/kind/r/"))], new() { IncludeEqual = true }).RunAsync(Stop)) rows.AddRange(piece);
        (object?, object?) Of(string name, string environment) => (rows.Single(row => row.Name == name).Values[environment], rows.Single(row => row.Name == name).Sizes[environment]);
        Assert.Equal((null, 3), Of("bytes", "one"));
        Assert.Equal(("3 bytes", 7), Of("like", "one"));
        Assert.Equal(("", 0), Of("gone", "one"));
        Assert.Equal((null, null), Of("gone", "two"));
    }

    private KvSide Side(string prefix, ConsulKvSession? session = null) => new(new KvPrefixSource(session ?? lab.Session(), prefix, ConsulConsistency.Default), prefix);

    private async Task PutAsync(string prefix, params (string Name, string Value)[] entries)
    {
        foreach (var (name, value) in entries) await lab.Agent.PutKeyAsync(prefix + name, value);
    }

    private static async Task<List<ConsulKvDifference>> CompareAsync(KvSide left, KvSide right, ComparisonOptions options)
    {
        var all = new List<ConsulKvDifference>();
        await foreach (var piece in new StoreComparison(left, right, options).RunAsync(Stop)) all.AddRange(piece);
        return all;
    }

    /// <summary>Entries that are made while they are read.</summary>
    private sealed class Numbers(int count, Func<int, string?> value) : IKvSource
    {
        public string Name => "numbers";

        public async IAsyncEnumerable<ConsulKvEntry[]> ReadAsync(Action<KvReadState, ConsulFinding?> report, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            for (var from = 0; from < count; from += 500)
            {
                await Task.Yield();
                cancellation.ThrowIfCancellationRequested();
                yield return [.. Enumerable.Range(from, 500).Where(number => value(number) is not null).Select(number => new ConsulKvEntry { Key = number.ToString("D8", System.Globalization.CultureInfo.InvariantCulture), Bytes = Encoding.UTF8.GetBytes(value(number) + new string('.', 200)) })];
            }
        }
    }
}
