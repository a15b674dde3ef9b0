using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Bulk;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Kv.Bulk;

/// <summary>Many writes at once: shared transactions, the order of each key, and blame for the bad ones only.</summary>
[Collection(AclAgentTests.Name)]
public sealed class BulkWriteTests(AclAgentFixture lab) : IDisposable
{
    private readonly TcpFaultProxy relay = new(lab.Agent.HttpAddress!);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private int Transactions => relay.Requests.Count(request => request.Path.StartsWith("/v1/txn", StringComparison.Ordinal));

    public void Dispose() => relay.Dispose();

    [Fact]
    public async Task Neighbours_share_transactions_and_each_result_has_its_index()
    {
        using var session = Open();

        var results = await WriteAsync(session, Enumerable.Range(0, 640).Select(number => Put($"bulk/share/{number}", $"value {number}")));

        Assert.All(results, (result, number) => Assert.Equal(($"bulk/share/{number}", ConsulKvOutcome.Written), (result.Key, result.Outcome)));
        Assert.Equal(10, Transactions);
        Assert.Equal(10, relay.Requests.Count);
        var stored = await StoreAsync("bulk/share/");
        Assert.All(results, (result, number) => Assert.Equal(($"value {number}", result.ModifyIndex), (stored[result.Key].Value, stored[result.Key].ModifyIndex)));
    }

    [Fact]
    public async Task Bad_writes_are_named_and_the_others_are_written()
    {
        await lab.Agent.PutKeyAsync("bulk/blame/7", "theirs");
        var token = await lab.Agent.CreateTokenAsync("""key_prefix "bulk/blame/" { policy = "write" } session_prefix "" { policy = "write" }""");
        using var session = Open(token: token.SecretId);
        var writes = Enumerable.Range(0, 300).Select(number => number switch
        {
            7 => new ConsulKvWrite { Key = "bulk/blame/7", Kind = ConsulKvWriteKind.CreateOnly, Value = [1] },
            70 => Put("elsewhere/70", "denied"),
            71 => Put("bulk/blame//71", "not a key"),
            140 => new ConsulKvWrite { Key = "bulk/blame/140", Value = new byte[600_000] },
            150 => new ConsulKvWrite { Key = "bulk/blame/150", Kind = ConsulKvWriteKind.CheckAndSet, Index = 3, Value = [1] },
            151 => new ConsulKvWrite { Key = "bulk/blame/151", Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = 3 },
            152 => new ConsulKvWrite { Key = "bulk/blame/152", Kind = ConsulKvWriteKind.Acquire, LockSession = Guid.NewGuid().ToString(), Value = [1] },
            _ => Put($"bulk/blame/{number}", $"value {number}"),
        }).ToArray();

        var results = await WriteAsync(session, writes);

        Assert.Equal(writes.Select(write => write.Key), results.Select(result => result.Key));
        var bad = results.Select((result, number) => (result, number)).Where(row => row.result.Outcome != ConsulKvOutcome.Written).ToDictionary(row => row.number, row => row.result);
        Assert.Equal([7, 70, 71, 140, 150, 152], bad.Keys.Order());
        Assert.Equal((ConsulKvOutcome.Conflict, "Cas.ZeroButExists"), (bad[7].Outcome, bad[7].Code));
        Assert.Equal((ConsulKvOutcome.Denied, "Acl.PermissionDenied"), (bad[70].Outcome, bad[70].Code));
        Assert.Equal((ConsulKvOutcome.Failed, "Key.DoubleSlash"), (bad[71].Outcome, bad[71].Code));
        Assert.Equal((ConsulKvOutcome.Failed, "Limit.KvMaxValueSize"), (bad[140].Outcome, bad[140].Code));
        Assert.Equal((ConsulKvOutcome.Conflict, "Cas.NonZeroButMissing"), (bad[150].Outcome, bad[150].Code));
        Assert.Equal(ConsulKvOutcome.Failed, bad[152].Outcome);
        var stored = await StoreAsync("bulk/blame/");
        Assert.Equal(300 - 7 + 1, stored.Count);
        Assert.Equal("theirs", stored["bulk/blame/7"].Value);
        // The story of a bad one begins in the transaction that it spoilt.
        Assert.StartsWith("TXN of ", bad[7].Attempts[0].Action, StringComparison.Ordinal);
        Assert.Equal("PUT cas=0", bad[7].Attempts[1].Action);
    }

    [Fact]
    public async Task The_order_of_each_key_is_kept_whatever_is_under_way()
    {
        using var session = Open();
        var random = new Random(4);
        var writes = Enumerable.Range(0, 3_000).Select(number => Put($"bulk/order/{random.Next(random.Next(2) == 0 ? 3 : 200)}", $"{number}")).ToArray();

        var results = await WriteAsync(session, writes);

        Assert.All(results, result => Assert.Equal(ConsulKvOutcome.Written, result.Outcome));
        var stored = await StoreAsync("bulk/order/");
        foreach (var key in writes.GroupBy(write => write.Key))
        {
            Assert.Equal(Encoding.UTF8.GetString(key.Last().Value), stored[key.Key].Value);
            var indexes = results.Where(result => result.Key == key.Key).Select(result => result.ModifyIndex).ToArray();
            // Written alone, a plain PUT does not learn its index; those that are known only rise.
            Assert.Equal(indexes.Where(index => index is not null).Order(), indexes.Where(index => index is not null));
        }
    }

    [Fact]
    public async Task A_removal_of_a_tree_waits_for_what_came_before_and_goes_before_what_comes_after()
    {
        using var session = Open();
        var writes = Enumerable.Range(0, 200).Select(number => Put($"bulk/tree/{number}", "before"))
            .Append(new ConsulKvWrite { Key = "bulk/tree/", Kind = ConsulKvWriteKind.DeleteTree })
            .Concat(Enumerable.Range(0, 50).Select(number => Put($"bulk/tree/{number}", "after")));

        var results = await WriteAsync(session, writes);

        Assert.All(results, result => Assert.Equal(ConsulKvOutcome.Written, result.Outcome));
        var stored = await StoreAsync("bulk/tree/");
        Assert.Equal(50, stored.Count);
        Assert.All(stored.Values, entry => Assert.Equal("after", entry.Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transaction_whose_answer_was_lost_is_asked_after_write_by_write(bool arrived)
    {
        using var session = Open();
        await new KvReader(session).GetAsync("bulk/lost/0", ConsulConsistency.Consistent, Cancellation);
        relay.CutRequest(request => request.Path.StartsWith("/v1/txn", StringComparison.Ordinal), afterForwarding: arrived);

        var results = await WriteAsync(session, Enumerable.Range(0, 40).Select(number => Put($"bulk/lost/{arrived}/{number}", $"{number}")));

        Assert.All(results, result =>
        {
            Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
            Assert.Equal(arrived ? ["TXN of 40", "read back"] : ["TXN of 40", "read back", "PUT cas=0"], result.Attempts.Select(attempt => attempt.Action));
            Assert.Equal(WriteEffect.Ambiguous, result.Attempts[0].Effect);
            Assert.Equal(Enumerable.Range(1, result.Attempts.Count), result.Attempts.Select(attempt => attempt.Number));
        });
        Assert.Equal(40, (await StoreAsync($"bulk/lost/{arrived}/")).Count);
        Assert.Equal(1, Transactions);
    }

    [Fact]
    public async Task A_check_and_set_in_a_lost_transaction_is_never_taken_for_anothers()
    {
        using var session = Open();
        relay.CutRequest(request => request.Path.StartsWith("/v1/txn", StringComparison.Ordinal), afterForwarding: true);

        var results = await WriteAsync(session, [.. Enumerable.Range(0, 3).Select(number => new ConsulKvWrite { Key = $"bulk/cas-lost/{number}", Kind = ConsulKvWriteKind.CreateOnly, Value = "6"u8.ToArray() }), Put("bulk/cas-lost/put", "6")]);

        Assert.Equal([ConsulKvOutcome.Unknown, ConsulKvOutcome.Unknown, ConsulKvOutcome.Unknown, ConsulKvOutcome.Written], results.Select(result => result.Outcome));
    }

    [Fact]
    public async Task Bytes_on_the_wire_are_counted_as_well_as_operations()
    {
        using var session = Open();

        // Seven of these, as base64, are more than half a mebibyte; the last is too large for any transaction.
        var results = await WriteAsync(session, [.. Enumerable.Range(0, 30).Select(number => new ConsulKvWrite { Key = $"bulk/bytes/{number}", Value = new byte[60_000] }), new ConsulKvWrite { Key = "bulk/bytes/large", Value = new byte[500_000] }]);

        Assert.All(results, result => Assert.Equal(ConsulKvOutcome.Written, result.Outcome));
        Assert.Equal(5, Transactions);
        Assert.All(relay.Requests, request => Assert.True(request.Body.Length <= 512 * 1024));
        Assert.Equal("PUT", results[30].Attempts[0].Action);
    }

    [Fact]
    public async Task Where_transactions_are_blocked_everything_is_written_one_by_one()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { ExtraConfig = """{ "http_config": { "block_endpoints": ["/v1/txn"] } }""" });
        using var session = LabSessions.Open(agent.HttpAddress!.ToString());

        var results = await WriteAsync(session, Enumerable.Range(0, 200).Select(number => Put($"blocked/{number}", "x")));

        Assert.All(results, result => Assert.Equal(ConsulKvOutcome.Written, result.Outcome));
        Assert.Equal("PUT", results[199].Attempts[^1].Action);
    }

    [Fact]
    public async Task An_agent_that_takes_less_at_once_gets_less()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { ExtraConfig = """{ "limits": { "txn_max_req_len": 20000, "kv_max_value_size": 20000 } }""" });
        using var session = LabSessions.Open(agent.HttpAddress!.ToString());

        var results = await WriteAsync(session, Enumerable.Range(0, 640).Select(number => new ConsulKvWrite { Key = $"small/{number:d3}", Value = new byte[1_000] }), atOnce: 1);

        Assert.All(results, result => Assert.Equal(ConsulKvOutcome.Written, result.Outcome));
        // The first is halved; what was learnt from its refusal is heeded from then on.
        Assert.Equal("TXN of 8", results[0].Attempts[0].Action);
        Assert.Contains(results, result => result.Attempts[0].Action == "TXN of 14");
    }

    [Fact]
    public async Task When_it_is_stopped_nothing_more_is_sent_and_every_write_has_a_true_result()
    {
        using var stop = new CancellationTokenSource();
        using var session = Open();
        using var pipeline = new KvWritePipeline(session, 2, stop.Token);
        var answered = 0;
        // From the fifth transaction on nothing is answered any more.
        relay.CutRequest(request =>
        {
            if (!request.Path.StartsWith("/v1/txn", StringComparison.Ordinal) || ++answered < 5) return false;
            stop.Cancel();
            return false;
        }, afterForwarding: true, times: int.MaxValue);
        var results = new List<ConsulKvWriteResult>();
        var number = 0;
        for (; number < 6_400 && !stop.IsCancellationRequested; number++) results.AddRange(await pipeline.SubmitAsync(Put($"bulk/stop/{number}", $"{number}")));

        for (var more = 0; more < 200; more++) pipeline.Add(Put($"bulk/stop/{number++}", "too late"));
        var left = pipeline.Abandon(TimeSpan.FromSeconds(30));
        while (await pipeline.NextAsync() is { } result) results.Add(result);

        Assert.Equal(number, results.Count);
        var stored = await StoreAsync("bulk/stop/");
        Assert.All(results, result => Assert.True(
            result.Outcome == ConsulKvOutcome.Unknown || stored.ContainsKey(result.Key) == (result.Outcome == ConsulKvOutcome.Written), $"{result}: {result.Code}"));
        Assert.Contains(results, result => result.Code == "Outcome.Cancelled");
        Assert.True(left.NotWritten.Count > 0);
        Assert.Contains("not written", left.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_producer_does_not_wait_for_company()
    {
        using var session = Open();
        using var pipeline = new KvWritePipeline(session, 16, Cancellation);

        pipeline.Add(Put("bulk/slow", "now"));

        // Nobody flushes and nothing is added.
        ArraySegment<ConsulKvWriteResult> results;
        while (!pipeline.TryTake(out results)) await Task.Delay(20, Cancellation);
        Assert.Equal(ConsulKvOutcome.Written, Assert.Single(results).Outcome);
        Assert.Equal("PUT", Assert.Single(relay.Requests).Method);
    }

    [Fact]
    public async Task A_million_writes_need_no_more_memory_than_a_few()
    {
        const int all = 1_000_000, step = 100_000;
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions());
        using var session = LabSessions.Open(agent.HttpAddress!.ToString());
        using var pipeline = new KvWritePipeline(session, 16, Cancellation);
        var heap = new List<long>();
        var written = 0;
        for (var number = 0; number < all; number++)
        {
            foreach (var result in await pipeline.SubmitAsync(Put($"million/{number % 20_000}", $"{number}"))) written += result.Outcome == ConsulKvOutcome.Written ? 1 : 0;
            if (number % step == step - 1) heap.Add(GC.GetTotalMemory(forceFullCollection: true));
        }
        while (await pipeline.NextAsync() is { } result) written += result.Outcome == ConsulKvOutcome.Written ? 1 : 0;

        Assert.Equal(all, written);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Join(", ", heap.Select(bytes => $"{bytes / 1048576.0:0.0} MB")));
        // Other tests of this process run at the same time: what grows with the writes would be hundreds of megabytes.
        Assert.True(heap.Skip(heap.Count / 2).Min() < heap.Take(heap.Count / 2).Min() + 40 * 1048576, $"the heap grew: {string.Join(", ", heap)}");
    }

    private static ConsulKvWrite Put(string key, string value) => new() { Key = key, Value = Encoding.UTF8.GetBytes(value) };

    private static async Task<List<ConsulKvWriteResult>> WriteAsync(ConsulKvSession session, IEnumerable<ConsulKvWrite> writes, int atOnce = 16)
    {
        using var pipeline = new KvWritePipeline(session, atOnce, Cancellation);
        var results = new List<ConsulKvWriteResult>();
        foreach (var write in writes) results.AddRange(await pipeline.SubmitAsync(write));
        while (await pipeline.NextAsync() is { } result) results.Add(result);
        return results;
    }

    private async Task<Dictionary<string, ConsulKvEntry>> StoreAsync(string prefix)
    {
        using var session = lab.Session();
        var stored = new Dictionary<string, ConsulKvEntry>();
        await foreach (var entry in new KvReader(session).ListAsync(prefix, ConsulConsistency.Consistent, (_, _) => { }, Cancellation)) stored[entry.Key] = entry;
        return stored;
    }

    private ConsulKvSession Open(string? token = null) => LabSessions.Open(relay.Address.ToString(), token ?? lab.Agent.ManagementToken);
}
