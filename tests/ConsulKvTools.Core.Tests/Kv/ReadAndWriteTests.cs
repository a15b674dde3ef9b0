using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Bulk;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Kv;

[Collection(AclAgentTests.Name)]
public sealed class ReadAndWriteTests(AclAgentFixture lab)
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain")]
    [InlineData("with space")]
    [InlineData("per%cent and %2F and %41")]
    [InlineData("what?is#this&that=x;y")]
    [InlineData("plus+sign")]
    [InlineData("back\\slash")]
    [InlineData("ümlaut/日本語/🚀")]
    [InlineData("folder/")]
    [InlineData("..x/x..y/...")]
    [InlineData("quote'\"`")]
    [InlineData("~tilde-_.!*()")]
    public async Task A_key_comes_back_as_it_was_given(string name)
    {
        using var session = lab.Session();
        var key = "bytes/" + name;
        var value = Encoding.UTF8.GetBytes("value of " + name);

        var written = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Value = value, Flags = ulong.MaxValue }, None);
        var read = await new KvReader(session).GetAsync(key, ConsulConsistency.Consistent, None);
        var listed = new List<string>();
        await foreach (var found in new KvReader(session).NamesAsync("bytes/", null, ConsulConsistency.Consistent, (_, _) => { }, None)) listed.Add(found);

        Assert.Equal(ConsulKvOutcome.Written, written.Outcome);
        Assert.Equal(KvReadState.Found, read.State);
        Assert.Equal(key, read.Entry!.Key);
        Assert.Equal(value, read.Entry.Bytes);
        Assert.Equal(ulong.MaxValue, read.Entry.Flags);
        Assert.Contains(key, listed);
    }

    [Theory]
    [InlineData("", "Key.Empty")]
    [InlineData("/lead", "Key.LeadingSlash")]
    [InlineData("a//b", "Key.DoubleSlash")]
    [InlineData("a/../b", "Key.DotSegments")]
    [InlineData("a/.", "Key.DotSegments")]
    public async Task A_key_that_would_become_another_is_refused_with_the_reason(string key, string code)
    {
        using var session = lab.Session();

        var written = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Value = [1] }, None);
        var read = await Assert.ThrowsAsync<ConsulKeyException>(() => new KvReader(session).GetAsync(key, ConsulConsistency.Default, None));

        Assert.Equal((ConsulKvOutcome.Failed, code), (written.Outcome, written.Code));
        Assert.Empty(written.Attempts);
        Assert.Equal(code, read.Finding.Code);
    }

    [Fact]
    public void A_key_that_is_no_unicode_text_is_refused() =>
        Assert.Equal("Key.InvalidUtf8", KvKey.Check("lone\ud800surrogate", isPrefix: false)!.Code);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(393_216)]
    [InlineData(524_288)]
    public async Task A_value_comes_back_byte_for_byte_up_to_the_limit(int size)
    {
        using var session = lab.Session();
        var value = new byte[size];
        new Random(size).NextBytes(value);
        var key = $"size/{size}";

        var written = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Value = value }, None);

        Assert.Equal(ConsulKvOutcome.Written, written.Outcome);
        Assert.Equal(value, (await new KvReader(session).GetAsync(key, ConsulConsistency.Consistent, None)).Entry!.Bytes);
    }

    [Fact]
    public async Task A_value_over_the_limit_fails_with_the_numbers_and_is_tried_once()
    {
        using var session = lab.Session();

        var written = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "size/over", Value = new byte[524_289] }, None);

        Assert.Equal((ConsulKvOutcome.Failed, "Limit.KvMaxValueSize"), (written.Outcome, written.Code));
        Assert.Single(written.Attempts);
        Assert.Contains("524289", written.Finding!.Evidence["size"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_and_set_wins_once_and_then_conflicts_with_the_current_index()
    {
        using var session = lab.Session();
        var writer = new KvWriter(session);
        var create = new ConsulKvWrite { Key = "cas/one", Kind = ConsulKvWriteKind.CreateOnly, Value = "1"u8.ToArray() };
        Assert.Equal(ConsulKvOutcome.Written, (await writer.WriteAsync(create, None)).Outcome);
        var index = (await new KvReader(session).GetAsync("cas/one", ConsulConsistency.Consistent, None)).Entry!.ModifyIndex;

        var again = await writer.WriteAsync(create, None);
        var won = await writer.WriteAsync(create with { Kind = ConsulKvWriteKind.CheckAndSet, Index = index, Value = "2"u8.ToArray() }, None);
        var lost = await writer.WriteAsync(create with { Kind = ConsulKvWriteKind.CheckAndSet, Index = index, Value = "3"u8.ToArray() }, None);
        var missing = await writer.WriteAsync(new ConsulKvWrite { Key = "cas/none", Kind = ConsulKvWriteKind.CheckAndSet, Index = 7 }, None);

        Assert.Equal((ConsulKvOutcome.Conflict, "Cas.ZeroButExists"), (again.Outcome, again.Code));
        Assert.Equal(ConsulKvOutcome.Written, won.Outcome);
        Assert.Equal((ConsulKvOutcome.Conflict, "Cas.IndexStale"), (lost.Outcome, lost.Code));
        Assert.True(lost.ModifyIndex > index);
        Assert.Equal((ConsulKvOutcome.Conflict, "Cas.NonZeroButMissing"), (missing.Outcome, missing.Code));
    }

    [Fact]
    public async Task Locks_are_taken_held_and_given_back()
    {
        using var session = lab.Session();
        var writer = new KvWriter(session);
        var mine = await lab.Agent.CreateLockSessionAsync();
        var others = await lab.Agent.CreateLockSessionAsync();
        ConsulKvWrite Lock(ConsulKvWriteKind kind, string? by) => new() { Key = "lock/one", Kind = kind, LockSession = by, Value = "v"u8.ToArray() };

        var taken = await writer.WriteAsync(Lock(ConsulKvWriteKind.Acquire, mine), None);
        var held = await writer.WriteAsync(Lock(ConsulKvWriteKind.Acquire, others), None);
        var notHolder = await writer.WriteAsync(Lock(ConsulKvWriteKind.Release, others), None);
        var back = await writer.WriteAsync(Lock(ConsulKvWriteKind.Release, mine), None);
        var gone = await writer.WriteAsync(Lock(ConsulKvWriteKind.Acquire, Guid.NewGuid().ToString()), None);
        var name = await writer.WriteAsync(Lock(ConsulKvWriteKind.Acquire, "my-session"), None);
        var none = await writer.WriteAsync(Lock(ConsulKvWriteKind.Acquire, null), None);

        Assert.Equal(ConsulKvOutcome.Written, taken.Outcome);
        Assert.Equal((ConsulKvOutcome.Conflict, "Lock.Held"), (held.Outcome, held.Code));
        Assert.Equal(mine, held.Finding!.Evidence["holder"]);
        Assert.Equal((ConsulKvOutcome.Conflict, "Lock.ReleaseNotHolder"), (notHolder.Outcome, notHolder.Code));
        Assert.Equal(ConsulKvOutcome.Written, back.Outcome);
        Assert.Equal((ConsulKvOutcome.Failed, "Session.Invalid"), (gone.Outcome, gone.Code));
        Assert.Equal("Session.NotUuid", name.Code);
        Assert.Equal("Session.Missing", none.Code);
    }

    [Fact]
    public async Task Removals_tell_removed_from_refused()
    {
        using var session = lab.Session();
        var writer = new KvWriter(session);
        foreach (var key in new[] { "del/a", "del/b", "del/c" }) await writer.WriteAsync(new ConsulKvWrite { Key = key, Value = [1] }, None);

        var stale = await writer.WriteAsync(new ConsulKvWrite { Key = "del/a", Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = 1 }, None);
        var zero = await writer.WriteAsync(new ConsulKvWrite { Key = "del/a", Kind = ConsulKvWriteKind.DeleteCheckAndSet }, None);
        var one = await writer.WriteAsync(new ConsulKvWrite { Key = "del/a", Kind = ConsulKvWriteKind.Delete }, None);
        var fencedMissing = await writer.WriteAsync(new ConsulKvWrite { Key = "del/a", Kind = ConsulKvWriteKind.Delete, Fenced = true }, None);
        var tree = await writer.WriteAsync(new ConsulKvWrite { Key = "del/", Kind = ConsulKvWriteKind.DeleteTree }, None);

        Assert.Equal((ConsulKvOutcome.Conflict, "Cas.IndexStale"), (stale.Outcome, stale.Code));
        Assert.Equal("Cas.DeleteZero", zero.Code);
        Assert.Equal(ConsulKvOutcome.Written, one.Outcome);
        Assert.Equal(ConsulKvOutcome.Unchanged, fencedMissing.Outcome);
        Assert.Equal(ConsulKvOutcome.Written, tree.Outcome);
        Assert.Equal(KvReadState.Missing, (await new KvReader(session).GetAsync("del/b", ConsulConsistency.Consistent, None)).State);
    }

    [Fact]
    public async Task An_atomic_batch_is_all_or_nothing()
    {
        using var session = lab.Session();
        var writer = new KvWriter(session);
        ConsulKvWrite[] good = [new() { Key = "txn/a", Value = "1"u8.ToArray() }, new() { Key = "txn/b", Value = "2"u8.ToArray() }];
        var written = await writer.WriteAtomicAsync(good, None);
        var refused = await writer.WriteAtomicAsync(
            [good[0] with { Value = "9"u8.ToArray() }, new() { Key = "txn/b", Kind = ConsulKvWriteKind.CreateOnly, Value = "9"u8.ToArray() }], None);
        var marked = await writer.WriteAtomicAsync([good[0] with { Value = "7"u8.ToArray(), OperationPrefix = "txn-ops/" }], None);

        Assert.All(written, result => Assert.Equal(ConsulKvOutcome.Written, result.Outcome));
        Assert.Equal(written[0].ModifyIndex, written[1].ModifyIndex);
        Assert.True(written[0].ModifyIndex > 0);
        Assert.All(refused, result => Assert.Equal((ConsulKvOutcome.Conflict, "Txn.OpFailed"), (result.Outcome, result.Code)));
        Assert.Equal(ConsulKvOutcome.Written, marked[0].Outcome);
        Assert.Equal("7", (await new KvReader(session).GetAsync("txn/a", ConsulConsistency.Consistent, None)).Entry!.Value);
        Assert.Equal(KvReadState.Missing, await StateBelowAsync(session, "txn-ops/"));
    }

    [Fact]
    public async Task Found_missing_forbidden_and_filtered_are_four_answers()
    {
        using var admin = lab.Session();
        await new KvWriter(admin).WriteAsync(new ConsulKvWrite { Key = "four/seen", Value = "x"u8.ToArray() }, None);
        await new KvWriter(admin).WriteAsync(new ConsulKvWrite { Key = "hidden/secret", Value = "x"u8.ToArray() }, None);
        var token = await lab.Agent.CreateTokenAsync("key_prefix \"four/\" { policy = \"read\" }");
        using var session = lab.Session(token.SecretId);
        var reader = new KvReader(session);

        Assert.Equal(KvReadState.Found, (await reader.GetAsync("four/seen", ConsulConsistency.Default, None)).State);
        var missing = await reader.GetAsync("four/none", ConsulConsistency.Default, None);
        Assert.Equal((KvReadState.Missing, "Key.Missing"), (missing.State, missing.Finding!.Code));
        var forbidden = await reader.GetAsync("hidden/secret", ConsulConsistency.Default, None);
        Assert.Equal((KvReadState.Forbidden, "Acl.PermissionDenied"), (forbidden.State, forbidden.Finding!.Code));
        Assert.Equal(KvReadState.Found, await StateBelowAsync(session, "four/"));
        Assert.Equal(KvReadState.Missing, await StateBelowAsync(session, "four/nothing/"));
        Assert.Equal(KvReadState.Filtered, await StateBelowAsync(session, "hidden/"));
    }

    public static TheoryData<string> Listings { get; } = ["entries", "entries in pieces", "names", "names in pieces", "folders", "one level"];

    [Theory]
    [MemberData(nameof(Listings))]
    public async Task Every_listing_tells_found_missing_and_filtered_apart(string form)
    {
        using var admin = lab.Session();
        foreach (var key in new[] { "four/seen", "four/below/seen", "hidden/secret", "hidden/below/secret" })
            await new KvWriter(admin).WriteAsync(new ConsulKvWrite { Key = key, Value = "x"u8.ToArray() }, None);
        var token = await lab.Agent.CreateTokenAsync("key_prefix \"four/\" { policy = \"read\" }");
        using var session = lab.Session(token.SecretId);

        Assert.Equal((KvReadState.Found, null), await ListingAsync(session, form, "four/"));
        Assert.Equal((KvReadState.Missing, "Key.Missing"), await ListingAsync(session, form, "four/nothing/"));
        Assert.Equal((KvReadState.Filtered, "Acl.ReadFiltered"), await ListingAsync(session, form, "hidden/"));
    }

    [Theory]
    [MemberData(nameof(Listings))]
    public async Task A_listing_that_Consul_says_was_filtered_and_one_that_is_forbidden_say_so(string form)
    {
        await using var server = new ScriptedHttpServer();
        var names = form is "names" or "names in pieces" or "folders" or "one level";
        const string Entry = """[{"LockIndex":0,"Key":"app/a","Flags":0,"Value":"dg==","CreateIndex":1,"ModifyIndex":1}]""";
        server.On("GET", "/v1/kv/app/", ScriptedResponse.Json(names ? "[\"app/a\"]" : Entry, 200, "X-Consul-Index: 1", "X-Consul-Results-Filtered-By-ACLs: true"));
        server.On("GET", "/v1/kv/app/a", ScriptedResponse.Json(Entry, 200, "X-Consul-Index: 1"));
        server.On("GET", "/v1/kv/no/", ScriptedResponse.Text("Permission denied", 403));
        using var session = LabSessions.Open(server.Address.ToString(), Guid.NewGuid().ToString(), LabSessions.Impatient);

        Assert.Equal((KvReadState.Filtered, "Acl.ReadFiltered"), await ListingAsync(session, form, "app/"));
        Assert.Equal((KvReadState.Forbidden, "Acl.PermissionDenied"), await ListingAsync(session, form, "no/"));
    }

    [Theory]
    [InlineData("", "The listing of the whole store leaves out keys the token may not read")]
    [InlineData("it's/", "The listing of it's/ leaves out keys the token may not read")]
    public async Task What_a_filtered_listing_says_can_be_followed(string prefix, string title)
    {
        await using var server = new ScriptedHttpServer();
        server.On(request => request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal), _ => ScriptedResponse.Json("[]", 404, "X-Consul-Index: 1", "X-Consul-Results-Filtered-By-ACLs: true"));
        using var session = LabSessions.Open(server.Address.ToString(), Guid.NewGuid().ToString(), LabSessions.Impatient);
        ConsulFinding? said = null;
        await foreach (var _ in new KvReader(session).ListAsync(prefix, ConsulConsistency.Default, (_, finding) => said = finding, None)) { }
        Assert.Equal((title, prefix, $"key_prefix \"{prefix}\" {{ policy = \"read\" }}"), (said!.Title, said.Evidence["prefix"], said.Evidence["suggestedRule"]));
        Assert.StartsWith($"echo 'key_prefix \"{prefix.Replace("'", "\\u0027", StringComparison.Ordinal)}\" {{ policy = \"read\" }}' | ".Replace("echo", prefix.Length == 0 ? "echo" : "printf '%s'", StringComparison.Ordinal), said.Command, StringComparison.Ordinal);
        foreach (var text in new[] { said.Title, said.Cause, said.Remedy }) Assert.DoesNotContain("<", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_a_level_that_is_listed_but_not_readable_makes_it_filtered_wherever_it_stands()
    {
        await using var server = new ScriptedHttpServer();
        var keys = Enumerable.Range(10, 40).Select(number => $"app/{number}").ToArray();
        server.On(request => request.Path.StartsWith("/v1/kv/app/", StringComparison.Ordinal), request => ScriptedResponse.Json(
            $$"""[{"LockIndex":0,"Key":"{{request.Path["/v1/kv/".Length..]}}","Flags":0,"Value":"dg==","CreateIndex":1,"ModifyIndex":1}]""", 200, "X-Consul-Index: 1"));
        server.On(request => request.Path == "/v1/kv/app/", ScriptedResponse.Json($"[{string.Join(",", keys.Select(key => $"\"{key}\""))}]", 200, "X-Consul-Index: 1"));
        server.On("GET", "/v1/kv/app/12", ScriptedResponse.Text("Permission denied", 403));
        using var session = LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient);
        var states = new List<KvReadState>();
        var read = new List<string>();

        await foreach (var entry in KvLevel.ReadAsync(new KvReader(session), "app/", ConsulConsistency.Default, (state, _) => states.Add(state), None)) read.Add(entry.Key);

        Assert.Equal(keys.Where(key => key != "app/12"), read);
        Assert.Equal(KvReadState.Filtered, states[^1]);
    }

    [Fact]
    public async Task A_pipeline_keeps_input_order_and_the_order_of_each_key()
    {
        using var session = lab.Session();
        using var pipeline = new KvWritePipeline(session, 16, None);
        var results = new List<ConsulKvWriteResult>();
        for (var number = 0; number < 300; number++)
        {
            var key = number % 10 == 0 ? "order//bad" : $"order/{number % 7}";
            results.AddRange(await pipeline.SubmitAsync(new ConsulKvWrite { Key = key, Value = Encoding.UTF8.GetBytes($"{number}") }));
        }
        while (await pipeline.NextAsync() is { } result) results.Add(result);

        Assert.Equal(300, results.Count);
        for (var number = 0; number < 300; number++)
            Assert.Equal(number % 10 == 0 ? ConsulKvOutcome.Failed : ConsulKvOutcome.Written, results[number].Outcome);
        for (var slot = 0; slot < 7; slot++)
        {
            var last = Enumerable.Range(0, 300).Last(number => number % 10 != 0 && number % 7 == slot);
            Assert.Equal($"{last}", (await new KvReader(session).GetAsync($"order/{slot}", ConsulConsistency.Consistent, None)).Entry!.Value);
        }
    }

    [Fact]
    public async Task A_unix_socket_serves_like_a_port()
    {
        using var session = lab.Session(address: lab.Agent.UnixAddress!.OriginalString);

        var written = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "unix/a", Value = [0, 255, 10] }, None);

        Assert.Equal(ConsulKvOutcome.Written, written.Outcome);
        Assert.Equal([0, 255, 10], (await new KvReader(session).GetAsync("unix/a", ConsulConsistency.Stale, None)).Entry!.Bytes);
    }

    private static async Task<(KvReadState State, string? Code)> ListingAsync(ConsulKvSession session, string form, string prefix)
    {
        var reader = new KvReader(session);
        var (state, code, any) = (default(KvReadState?), default(string), false);
        void Report(KvReadState seen, ConsulFinding? finding) => (state, code) = (seen, finding?.Code);
        async Task TakeAsync<T>(IAsyncEnumerable<T> listing)
        {
            await foreach (var _ in listing) any = true;
        }
        await (form switch
        {
            "entries" => TakeAsync(reader.ListAsync(prefix, ConsulConsistency.Default, Report, None)),
            "entries in pieces" => TakeAsync(reader.ListPiecesAsync(prefix, ConsulConsistency.Default, Report, None)),
            "names" => TakeAsync(reader.NamesAsync(prefix, null, ConsulConsistency.Default, Report, None)),
            "names in pieces" => TakeAsync(reader.NamePiecesAsync(prefix, null, ConsulConsistency.Default, Report, None)),
            "folders" => TakeAsync(reader.NamesAsync(prefix, "/", ConsulConsistency.Default, Report, None)),
            _ => TakeAsync(KvLevel.ReadAsync(reader, prefix, ConsulConsistency.Default, Report, None)),
        });
        Assert.True(any || state != KvReadState.Found);
        return (state!.Value, code);
    }

    private static async Task<KvReadState> StateBelowAsync(ConsulKvSession session, string prefix)
    {
        var state = default(KvReadState?);
        await foreach (var _ in new KvReader(session).ListAsync(prefix, ConsulConsistency.Default, (seen, _) => state = seen, None))
            Assert.NotNull(state);
        return state!.Value;
    }
}
