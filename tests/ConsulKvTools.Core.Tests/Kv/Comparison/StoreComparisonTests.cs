using System.Text;
using System.Text.RegularExpressions;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Comparison;
using ConsulKvTools.Kv.Sources;
using ConsulKvTools.Lab;

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
        Assert.Empty(await CompareAsync(Side("cmp/not/l/"), Side("cmp/not/r/"), new() { Semantic = true, Exclude = new(["tmp/*"]), ExcludeValue = [new Regex(@"[\w-]+\.(prod|staging)\.example")] }));
    }

    [Fact]
    public async Task What_does_not_count_may_be_a_number_or_a_part_of_one_in_JSON()
    {
        await PutAsync("cmp/num/l/", ("a", """{"t":1700000001,"b":1,"n":"x"}"""), ("names", """{"a.prod":1,"b.prod":2}"""));
        await PutAsync("cmp/num/r/", ("a", """{ "b": 1, "n": "x", "t": 1700000002 }"""), ("names", """{"a.test":9,"b.test":2}"""));
        async Task<IReadOnlyList<ConsulKvDifference>> Of(string pattern) => await CompareAsync(Side("cmp/num/l/"), Side("cmp/num/r/"), new() { Semantic = true, ExcludeValue = [new Regex(pattern)] });
        foreach (var pattern in new[] { @"\d{10}", @"(?<=17\d{7})\d", @"(?<=""t"":\s*)\d+" }) Assert.Equal(["names"], (await Of(pattern)).Select(one => one.Name));
        // Two names that differ only in what does not count stay two.
        Assert.Equal(["~ $['<excluded>']: 1 → 9"], (await Of(@"\w\.(prod|test)")).Single(one => one.Name == "names").Changes);
    }

    [Fact]
    public async Task A_pattern_that_takes_too_long_is_named_and_the_value_is_not()
    {
        await PutAsync("cmp/slow/l/", ("token", Password + new string('a', 40) + "!"));
        await PutAsync("cmp/slow/r/", ("token", Password + new string('a', 40) + "?"));
        ComparisonOptions options = new() { ExcludeValue = [new Regex("(a+)+$", RegexOptions.None, TimeSpan.FromMilliseconds(50))] };
        var failed = await Assert.ThrowsAnyAsync<ConsulException>(() => CompareAsync(Side("cmp/slow/l/"), Side("cmp/slow/r/"), options));
        Assert.Contains("The pattern '(a+)+$' is not done with the value of cmp/slow/", failed.Message, StringComparison.Ordinal);
        Assert.Null(failed.InnerException);
        Assert.DoesNotContain("Tr0u", failed.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<ConsulException>(async () =>
        {
            await foreach (var _ in new EnvironmentComparison([("one", Side("cmp/slow/l/")), ("two", Side("cmp/slow/r/"))], options).RunAsync(Stop)) { }
        });
    }

    [Fact]
    public async Task JSON_that_cannot_be_compared_by_what_it_says_is_compared_as_text()
    {
        await PutAsync("cmp/text/l/", ("deep", new string('[', 300) + new string(']', 300)), ("half", """{"x":"\ud800"}"""), ("z", "1"));
        await PutAsync("cmp/text/r/", ("deep", new string('[', 300) + " " + new string(']', 300)), ("half", """{"x":"\ud801"}"""), ("z", "2"));
        var found = await CompareAsync(Side("cmp/text/l/"), Side("cmp/text/r/"), new() { Semantic = true });
        Assert.Equal(["Changed deep", "Changed half", "Changed z"], found.Select(one => $"{one.Kind} {one.Name}"));
        Assert.Equal("(JSON nested too deep: compared as text)", found[0].Changes[0]);
        Assert.Contains("""-{"x":"\ud800"}""", found[1].Changes);
    }

    [Fact]
    public async Task Where_Consul_cannot_be_asked_what_a_token_may_read_the_keys_are_read()
    {
        await using var agent = await ConsulAgent.StartAsync(new() { Acl = new(), ExtraConfig = """{"http_config":{"block_endpoints":["/v1/internal"]}}""" });
        foreach (var name in Enumerable.Range(0, 40)) await agent.PutKeyAsync($"cmp/l/{name:d2}", "1");
        await agent.PutKeyAsync("cmp/r/07", "1");
        await agent.PutKeyAsync("cmp/l/z", "1");
        var token = await agent.CreateTokenAsync("""key_prefix "cmp/" { policy = "read" } key_prefix "cmp/r/0" { policy = "deny" }""");
        using var reader = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        var found = await CompareAsync(Side("cmp/l/", reader), Side("cmp/r/", reader), new());
        Assert.Equal([.. Enumerable.Range(0, 40).Select(name => $"{(name < 10 ? "Unknown" : "Removed")} {name:d2}"), "Removed z"], found.Select(one => $"{one.Kind} {one.Name}"));
    }

    [Fact]
    public async Task A_question_that_fails_calls_no_key_removed_that_may_be_there()
    {
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Acl = true });
        foreach (var key in new[] { "l/a", "l/b", "r/a" }) consul.PutKey(key, "1");
        consul.On("POST", "/v1/internal/acl/authorize", ScriptedResponse.Text("rpc error making call: EOF", 500));
        using var session = LabSessions.Open(consul.Address.ToString(), consul.AddToken(("l/", "read"), ("r/", "read"), ("r/a", "deny")).SecretId, LabSessions.Impatient);
        Assert.Equal(["Unknown a", "Removed b"], (await CompareAsync(Side("l/", session), Side("r/", session), new())).Select(one => $"{one.Kind} {one.Name}"));
    }

    [Fact]
    public async Task Without_ACLs_no_key_is_read_one_by_one()
    {
        await using var agent = await ConsulAgent.StartAsync(new() { InMemory = true });
        foreach (var name in Enumerable.Range(0, 40)) await agent.PutKeyAsync($"l/{name:d2}", "1");
        using var proxy = new ReverseProxyServer(agent.Address);
        using var session = LabSessions.Open(proxy.Address.OriginalString);
        Assert.Equal(40, (await CompareAsync(Side("l/", session), Side("r/", session), new())).Count(one => one.Kind == ConsulKvDifferenceKind.Removed));
        Assert.Equal(2, proxy.Requests.Count(request => request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_same_is_said_only_of_what_was_seen()
    {
        await PutAsync("cmp/seen/l/", ("a", "1"));
        await PutAsync("cmp/seen/r/", ("a", "1"));
        var blind = await lab.Agent.CreateTokenAsync("""service "x" { policy = "read" }""");
        using var none = lab.Session(blind.SecretId);
        Assert.True(await IsSameAsync(Side("cmp/seen/l/"), Side("cmp/seen/r/"), new()));
        Assert.Null(await IsSameAsync(Side("cmp/seen/l/", none), Side("cmp/seen/r/", none), new()));
        Assert.Null(await IsSameAsync(Side("cmp/seen/no/"), Side("cmp/seen/neither/"), new()));
        Assert.Null(await IsSameAsync(Side("cmp/seen/l/"), Side("cmp/seen/r/"), new() { Exclude = new(["*a*"]) }));
        Assert.False(await IsSameAsync(Side("cmp/seen/l/"), Side("cmp/seen/no/"), new()));
        // From 1.11 on an agent says that it left something out.
        using var newer = new ScriptedConsul(new ScriptedConsulOptions { Acl = true });
        foreach (var key in new[] { "l/a", "r/a" }) newer.PutKey(key, "1");
        using var partly = LabSessions.Open(newer.Address.ToString(), newer.AddToken(("l/", "read"), ("r/", "read")).SecretId);
        Assert.True(await IsSameAsync(Side("l/", partly), Side("r/", partly), new()));
        foreach (var key in new[] { "l/hidden", "r/hidden" }) newer.PutKey(key, "1");
        using var denied = LabSessions.Open(newer.Address.ToString(), newer.AddToken(("l/", "read"), ("r/", "read"), ("l/hidden", "deny"), ("r/hidden", "deny")).SecretId);
        Assert.Null(await IsSameAsync(Side("l/", denied), Side("r/", denied), new()));

        async Task<bool?> IsSameAsync(KvSide left, KvSide right, ComparisonOptions options)
        {
            var environments = new EnvironmentComparison([("one", left), ("two", right)], options);
            await foreach (var _ in environments.RunAsync(Stop)) { }
            var two = new StoreComparison(left, right, options);
            await foreach (var _ in two.RunAsync(Stop)) { }
            Assert.Equal(two.IsSame, environments.IsSame);
            return two.IsSame;
        }
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_is_asked_for_one_side_only()
    {
        using var down = new ScriptedHttpServer();
        down.On(_ => true, _ => ScriptedResponse.Text("No cluster leader", 500));
        using var session = LabSessions.Open(down.Address.ToString(), null, LabSessions.Impatient);
        await Assert.ThrowsAnyAsync<ConsulException>(() => CompareAsync(Side("l/", session), Side("r/", session), new()));
        Assert.All(down.Requests, request => Assert.Equal("/v1/kv/l/", request.Path));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_first_side_that_fails_ends_the_others()
    {
        using var silent = new ScriptedHttpServer();
        using var waits = new ManualResetEventSlim();
        silent.On(_ => true, _ => { waits.Wait(Stop); return ScriptedResponse.Json("[]"); });
        using var patient = LabSessions.Open(silent.Address.ToString(), null, new ConsulRetryPolicy { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromMinutes(5), TotalTimeout = TimeSpan.FromMinutes(5) });
        using var gone = LabSessions.Open("http://127.0.0.1:1", null, LabSessions.Impatient);
        try
        {
            Assert.Equal("Tcp.Refused", (await Assert.ThrowsAnyAsync<ConsulException>(() => CompareAsync(Side("a/", patient), Side("a/", gone), new()))).Finding.Code);
            Assert.Equal("Tcp.Refused", (await Assert.ThrowsAnyAsync<ConsulException>(async () =>
            {
                await foreach (var _ in new EnvironmentComparison([("one", Side("a/", patient)), ("two", Side("a/", gone))], new()).RunAsync(Stop)) { }
            })).Finding.Code);
        }
        finally
        {
            waits.Set();
        }
    }

    [Fact]
    public async Task A_hundred_thousand_keys_on_each_side_are_compared_while_little_is_held()
    {
        var left = new Numbers(100_000, number => number % 1000 == 7 ? null : "v" + number);
        var right = new Numbers(100_000, number => number % 1000 == 9 ? null : number % 1000 == 11 ? "other" : "v" + number);
        var most = 0;
        var kinds = new Dictionary<ConsulKvDifferenceKind, int>();
        await foreach (var piece in new StoreComparison(new KvSide(left, ""), new KvSide(right, ""), new()).RunAsync(Stop))
        {
            foreach (var one in piece) kinds[one.Kind] = kinds.GetValueOrDefault(one.Kind) + 1;
            GC.Collect();
            most = Math.Max(most, left.CountHeld() + right.CountHeld());
        }
        Assert.Equal((100, 100, 100), (kinds[ConsulKvDifferenceKind.Added], kinds[ConsulKvDifferenceKind.Removed], kinds[ConsulKvDifferenceKind.Changed]));
        // Of two thousand that are looked at. Their number and not the memory of the process: other tests run beside this one.
        Assert.InRange(most, 1, 200);
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
        private readonly List<WeakReference> samples = [];

        public string Name => "numbers";

        /// <summary>How many of every hundredth entry that was given somebody still holds.</summary>
        public int CountHeld()
        {
            lock (samples) return samples.Count(sample => sample.IsAlive);
        }

        public async IAsyncEnumerable<ConsulKvEntry[]> ReadAsync(Action<KvReadState, ConsulFinding?> report, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            for (var from = 0; from < count; from += 500)
            {
                await Task.Yield();
                cancellation.ThrowIfCancellationRequested();
                yield return [.. Enumerable.Range(from, 500).Where(number => value(number) is not null).Select(Entry)];
            }
        }

        private ConsulKvEntry Entry(int number)
        {
            var entry = new ConsulKvEntry { Key = number.ToString("D8", System.Globalization.CultureInfo.InvariantCulture), Bytes = Encoding.UTF8.GetBytes(value(number) + new string('.', 200)) };
            if (number % 100 == 0)
            {
                lock (samples) samples.Add(new(entry));
            }
            return entry;
        }
    }
}
