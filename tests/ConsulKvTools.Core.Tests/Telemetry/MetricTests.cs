using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Bulk;
using ConsulKvTools.Kv.Folders;
using ConsulKvTools.Kv.Writing;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Telemetry;

/// <summary>Whichever way a write takes, it is counted once, by the module's own figures and by the meter, and none is pending afterwards.</summary>
[Collection(AclAgentTests.Name)]
public sealed class MetricTests(AclAgentFixture lab) : IDisposable
{
    private readonly Telemetry telemetry = new();
    private readonly string root = "telemetry/" + Guid.NewGuid().ToString("N")[..8] + "/";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => telemetry.Dispose();

    [Fact]
    public async Task Each_kind_of_write_counts_once_under_its_own_name()
    {
        using var session = Open();
        var writer = new KvWriter(session);
        var created = await writer.WriteAsync(new ConsulKvWrite { Key = root + "a", Kind = ConsulKvWriteKind.CreateOnly, Value = [1, 2, 3] }, Stop);
        await writer.WriteAsync(new ConsulKvWrite { Key = root + "a", Kind = ConsulKvWriteKind.CreateOnly, Value = [1] }, Stop);
        await writer.WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1, 2] }, Stop);
        await writer.WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1, 2], Fenced = true }, Stop);
        await writer.WriteAsync(new ConsulKvWrite { Key = root + "a", Kind = ConsulKvWriteKind.CheckAndSet, Index = 1, Value = [1] }, Stop);
        await writer.WriteAsync(new ConsulKvWrite { Key = root + "b", Value = [1], OperationPrefix = root + "marks/" }, Stop);
        await writer.WriteAsync(new ConsulKvWrite { Key = root + "b", Kind = ConsulKvWriteKind.Delete }, Stop);
        await writer.WriteAsync(new ConsulKvWrite { Key = root + "a", Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = 1 }, Stop);
        await writer.WriteAsync(new ConsulKvWrite { Key = root, Kind = ConsulKvWriteKind.DeleteTree }, Stop);
        await writer.WriteAsync(new ConsulKvWrite { Key = "/refused", Value = [1] }, Stop);
        await writer.WriteAsync(new ConsulKvWrite { Key = root + "l", Kind = ConsulKvWriteKind.Acquire, LockSession = Guid.NewGuid().ToString(), Value = [1] }, Stop);

        Assert.Equal(ConsulKvOutcome.Written, created.Outcome);
        Assert.Equal(
            [
                "Put Written 2", "Put Unchanged 1", "Put Failed Key.LeadingSlash 1", "CheckAndSet Conflict Cas.IndexStale 1", "CreateOnly Written 1", "CreateOnly Conflict Cas.ZeroButExists 1", "Delete Written 1",
                "DeleteCheckAndSet Conflict Cas.IndexStale 1", "DeleteTree Written 1", "Acquire Failed Session.Invalid 1",
            ], telemetry.Counts.Where(row => !row.StartsWith("List", StringComparison.Ordinal)).Select(row => row));
        Assert.Equal(0, telemetry.Pending);
        Assert.Equal((11, 11, 0), (telemetry.Heard("consulkv.writes"), telemetry.Heard("consulkv.write.duration"), telemetry.Heard("consulkv.pending_writes")));
        // Of every write that says what it would have stored, sent or not.
        Assert.Equal(telemetry.Rows.Where(row => row.Operation < ConsulKvOperation.Read).Sum(row => row.Bytes), telemetry.Heard("consulkv.write.bytes"));
        Assert.Equal(2 + 1, telemetry.Rows.First(row => row is { Operation: ConsulKvOperation.Put, Outcome: ConsulKvMetricOutcome.Written }).Bytes);
    }

    [Fact]
    public async Task A_bulk_write_counts_each_of_its_keys_once_also_those_that_are_taken_apart()
    {
        var token = await lab.Agent.CreateTokenAsync($$"""key_prefix "{{root}}" { policy = "write" }""");
        using var session = Open(token.SecretId);
        await LabWriteAsync(root + "taken");
        var results = await InBulkAsync(session,
        [
            .. Enumerable.Range(0, 300).Select(number => new ConsulKvWrite { Key = $"{root}k{number}", Value = [1, 2, 3, 4] }),
            new ConsulKvWrite { Key = "elsewhere/denied", Value = [1] }, new ConsulKvWrite { Key = root + "taken", Kind = ConsulKvWriteKind.CreateOnly, Value = [1] },
            new ConsulKvWrite { Key = "/bad", Value = [1] }, new ConsulKvWrite { Key = root + "k0", Value = [2] },
            new ConsulKvWrite { Key = root + "fenced", Value = [2], Fenced = true },
        ]);

        Assert.Equal(305, results.Count);
        Assert.Equal(["Put Written 302", "Put Denied Acl.PermissionDenied 1", "Put Failed Key.LeadingSlash 1", "CreateOnly Conflict Cas.ZeroButExists 1"], telemetry.Counts);
        Assert.Equal((305, 0, 0), (telemetry.Heard("consulkv.writes"), telemetry.Pending, telemetry.Heard("consulkv.pending_writes")));
        // Every write has its own id; those of one transaction name the same one besides.
        Assert.Equal(305, results.Select(result => result.OperationId).Distinct().Count());
        Assert.DoesNotContain(Guid.Empty, results.Select(result => result.OperationId));
        Assert.All(results.Where(result => result.TransactionId is not null), result => Assert.Equal(result.TransactionId, result.Attempts[^1].RequestId));
        Assert.Contains(results.GroupBy(result => result.TransactionId), group => group.Key is not null && group.Count() > 1);
        Assert.Equal(results.Select(result => result.OperationId.ToString()).Order(StringComparer.Ordinal), results.Select(result => result.OperationId.ToString()));
    }

    [Fact]
    public async Task All_or_none_counts_each_write_once_and_an_append_each_round()
    {
        using var session = Open();
        await new KvWriter(session).WriteAtomicAsync([new ConsulKvWrite { Key = root + "x", Value = [1] }, new ConsulKvWrite { Key = root + "y", Value = [1] }], Stop);
        await new KvWriter(session).WriteAtomicAsync([new ConsulKvWrite { Key = root + "x", Value = [1] }, new ConsulKvWrite { Key = root + "x", Value = [1] }], Stop);
        var pipeline = new KvWritePipeline(session, 2, Stop);
        pipeline.AddAtomic([new ConsulKvWrite { Key = root + "x", Value = [2], OperationPrefix = root }, new ConsulKvWrite { Key = root + "y", Value = [2], OperationPrefix = root }]);
        while (await pipeline.NextAsync() is not null) { }
        pipeline.Dispose();
        await KvAppend.RunAsync(session, root + "x", before => [.. before, 3], Stop);

        Assert.Equal(["Put Written 4", "Put Failed Request.Invalid 2", "CheckAndSet Written 1", "Read Found 1"], telemetry.Counts);
        Assert.Equal(0, telemetry.Pending);
    }

    [Fact]
    public async Task A_move_counts_what_it_writes_and_removes()
    {
        using var session = Open();
        await InBulkAsync(session, [.. Enumerable.Range(0, 40).Select(number => new ConsulKvWrite { Key = $"{root}from/{number}", Value = [1] })]);
        await new KvTransfer(session, session).MoveAsync(root + "from/", root + "to/", false, (_, _) => { }, Stop);

        Assert.Equal(["Put Written 40", "CreateOnly Written 40", "DeleteCheckAndSet Written 40"], telemetry.Counts.Where(row => !row.StartsWith("List", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Writes_that_were_stopped_are_counted_too_and_none_stays_pending()
    {
        using var relay = new TcpFaultProxy(lab.Agent.HttpAddress!);
        relay.DropResponses();
        using var session = Open(address: relay.Address.ToString());
        using var stop = new CancellationTokenSource();
        using var pipeline = new KvWritePipeline(session, 1, stop.Token);
        for (var number = 0; number < 200; number++) pipeline.Add(new ConsulKvWrite { Key = $"{root}s{number}", Value = [1] });
        pipeline.Flush();
        while (relay.Requests.Count == 0) await Task.Delay(10, Stop);
        await stop.CancelAsync();
        pipeline.Abandon(TimeSpan.FromSeconds(20));

        Assert.Equal(200, telemetry.Rows.Sum(row => row.Count));
        Assert.Equal(["Unknown", "Failed"], telemetry.Rows.OrderByDescending(row => row.Outcome).Select(row => row.Outcome.ToString()).Distinct());
        Assert.Equal(0, telemetry.Pending);
    }

    [Fact]
    public async Task Retries_count_once_also_for_the_writes_of_one_transaction()
    {
        using var server = new ScriptedHttpServer();
        var refused = ScriptedResponse.Text("rate limit exceeded, try again later", 503);
        server.On("PUT", "/v1/txn", refused, refused, ScriptedResponse.Json("""{"Results":[{"KV":{"Key":"a","ModifyIndex":5}},{"KV":{"Key":"b","ModifyIndex":5}}],"Errors":null}"""));
        using var session = Open(address: server.Address.ToString().TrimEnd('/'));
        var results = await InBulkAsync(session, [new ConsulKvWrite { Key = "a", Value = [1] }, new ConsulKvWrite { Key = "b", Value = [1] }]);

        Assert.All(results, result => Assert.Equal((ConsulKvOutcome.Written, 3), (result.Outcome, result.Attempts.Count)));
        Assert.Equal(2, telemetry.Rows.Sum(row => row.Retries));
        Assert.Equal(2, telemetry.Heard("consulkv.retries"));
    }

    [Fact]
    public async Task Reads_count_by_what_they_found()
    {
        var token = await lab.Agent.CreateTokenAsync($$"""key_prefix "{{root}}" { policy = "read" }""");
        await LabWriteAsync(root + "x");
        using var session = Open(token.SecretId);
        var reader = new KvReader(session);
        await reader.GetAsync(root + "x", ConsulConsistency.Default, Stop);
        await reader.GetAsync(root + "nothing", ConsulConsistency.Stale, Stop);
        await reader.GetAsync("elsewhere", ConsulConsistency.Default, Stop);
        await foreach (var _ in reader.ListAsync(root, ConsulConsistency.Default, (_, _) => { }, Stop)) { }
        await foreach (var _ in reader.NamesAsync(root, null, ConsulConsistency.Default, (_, _) => { }, Stop)) { }
        await foreach (var _ in reader.NamesAsync(root + "none/", null, ConsulConsistency.Default, (_, _) => { }, Stop)) { }
        using var dead = ConsulKvSession.Create(new ConsulSessionOptions { Address = "http://127.0.0.1:1", Name = telemetry.Name, RetryPolicy = LabSessions.Impatient }, ConsulEnvironment.Empty);
        await Assert.ThrowsAnyAsync<ConsulException>(() => new KvReader(dead).GetAsync("x", ConsulConsistency.Default, Stop));

        Assert.Equal(["Read Failed Tcp.Refused 1", "Read Found 1", "Read Missing 1", "Read Forbidden Key.Forbidden 1", "List Found 1", "ListNames Found 1", "ListNames Missing 1"],
            telemetry.Counts.Select(row => row.Replace("Acl.PermissionDenied", "Key.Forbidden", StringComparison.Ordinal)));
        Assert.Equal((7, 7, 1), (telemetry.Heard("consulkv.reads"), telemetry.Heard("consulkv.read.duration"), telemetry.Heard("consulkv.retries")));
        Assert.True(telemetry.Rows.First(row => row.Operation == ConsulKvOperation.List).Bytes > 50);
    }

    [Fact]
    public async Task What_the_reader_of_a_listing_does_meanwhile_is_not_the_listing_s_time()
    {
        await LabWriteAsync(root + "x");
        using var session = Open();
        await foreach (var _ in new KvReader(session).ListAsync(root, ConsulConsistency.Default, (_, _) => { }, Stop)) await Task.Delay(3000, Stop);
        Assert.InRange(telemetry.Rows[0].Maximum, TimeSpan.Zero, TimeSpan.FromSeconds(2.9));
    }

    [Fact]
    public async Task Tags_are_few_and_hold_neither_key_nor_value_nor_token()
    {
        using var session = Open();
        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "key-in-no-tag", Value = "value-in-no-tag"u8.ToArray() }, Stop);
        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "/key-in-no-tag", Value = "value-in-no-tag"u8.ToArray() }, Stop);

        Assert.Equal(["code", "operation", "outcome", "session"], telemetry.Tags.Select(tag => tag.Split('=')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(telemetry.Tags, tag => tag.Contains("in-no-tag", StringComparison.Ordinal) || tag.Contains(lab.ManagementToken[..8], StringComparison.Ordinal));
    }

    [Fact]
    public async Task To_begin_anew_gives_the_figures_and_forgets_them()
    {
        using var session = Open();
        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "x", Value = [1] }, Stop);
        Assert.Equal(1, ConsulKvTools.Telemetry.MetricRegistry.Read(name => name == telemetry.Name, reset: true, TimeProvider.System).Sum(row => row.Count));
        Assert.Empty(telemetry.Rows);
        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "x", Value = [1] }, Stop);
        Assert.Equal(1, telemetry.Rows.Sum(row => row.Count));
        Assert.Equal(2, telemetry.Heard("consulkv.writes"));
    }

    [Fact]
    public void Of_too_many_names_those_longest_unused_are_forgotten_and_none_with_a_write_under_way()
    {
        var names = new ConsulKvTools.Telemetry.MetricNames(20);
        var busy = names.Of("busy");
        busy.Pend(1);
        var used = names.Of("used");
        for (var number = 0; number < 500; number++)
        {
            names.Of($"one of many {number}");
            if (number % 10 == 0) Assert.Same(used, names.Of("used"));
            Assert.InRange(names.All.Count(), 2, 20);
        }
        Assert.Same(busy, names.Of("busy"));
        Assert.Contains("one of many 499", names.All.Select(session => session.Name));
        Assert.DoesNotContain("one of many 400", names.All.Select(session => session.Name));
        // Rather one more than a write that ends elsewhere than it began.
        for (var number = 0; number < 30; number++) names.Of($"busy too {number}").Pend(1);
        Assert.Equal(30, names.All.Count(session => session.Name.StartsWith("busy too", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_write_that_nobody_listens_to_is_counted_without_memory()
    {
        telemetry.Dispose();
        var metrics = ConsulKvTools.Telemetry.MetricRegistry.Of(telemetry.Name);
        void Count()
        {
            metrics.Pend(1);
            metrics.Record(ConsulKvOperation.Put, ConsulKvMetricOutcome.Written, null, TimeSpan.FromMilliseconds(1), 10, 0, TimeProvider.System);
            metrics.Pend(-1);
            ConsulKvTools.Telemetry.OperationIds.Next(DateTimeOffset.UnixEpoch);
        }
        Count();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var number = 0; number < 10_000; number++) Count();
        // Another test may listen at the same time; what listens allocates on its own account, and not for each.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    private ConsulKvSession Open(string? token = null, string? address = null) => ConsulKvSession.Create(new ConsulSessionOptions
    {
        Address = address ?? lab.Agent.Address.ToString().TrimEnd('/'), Token = new ConsulSecret(token ?? lab.ManagementToken), Name = telemetry.Name,
        RetryPolicy = new ConsulRetryPolicy { MaxAttempts = 4, BaseDelay = TimeSpan.FromMilliseconds(5), AttemptTimeout = TimeSpan.FromSeconds(10) },
    }, ConsulEnvironment.Empty);

    private Task LabWriteAsync(string key) => lab.Agent.PutKeyAsync(key, "x");

    private static async Task<IReadOnlyList<ConsulKvWriteResult>> InBulkAsync(ConsulKvSession session, IReadOnlyList<ConsulKvWrite> writes)
    {
        var results = new List<ConsulKvWriteResult>();
        using var pipeline = new KvWritePipeline(session, 4, Stop);
        foreach (var write in writes) results.AddRange(await pipeline.SubmitAsync(write));
        while (await pipeline.NextAsync() is { } result) results.Add(result);
        return results;
    }
}
