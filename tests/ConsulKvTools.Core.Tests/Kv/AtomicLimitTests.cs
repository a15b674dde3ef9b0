using System.Globalization;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Writing;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Kv;

/// <summary>A batch that cannot be one transaction is refused with the numbers, and nothing of it is written.</summary>
[Collection(AclAgentTests.Name)]
public sealed class AtomicLimitTests(AclAgentFixture lab) : IDisposable
{
    private const int Limit = 512 * 1024;

    private readonly TcpFaultProxy relay = new(lab.Agent.HttpAddress!);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => relay.Dispose();

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(128, false)]
    [InlineData(129, false)]
    public async Task Operations_are_counted_before_anything_is_sent(int count, bool fits)
    {
        var prefix = $"fit/ops/{count}/";
        var results = await AtomicAsync([.. Enumerable.Range(0, count).Select(number => Put(prefix + number, 1))]);

        Assert.Equal(count, results.Count);
        Assert.Equal(fits ? count : 0, await StoredAsync(prefix));
        if (fits) return;
        Assert.All(results, result => Assert.Equal((ConsulKvOutcome.Failed, "Limit.TxnOps"), (result.Outcome, result.Code)));
        Assert.Contains($"The transaction has too many operations: {count}, the limit is {(count > 128 ? 128 : 64)}", results[0].Message, StringComparison.Ordinal);
        Assert.DoesNotContain(relay.Requests, request => request.Method != "GET");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Bytes_are_counted_as_they_would_be_sent(int over)
    {
        var key = $"fit/bytes/{over.ToString(CultureInfo.InvariantCulture)}/ä+";
        var writes = Sized(key, Limit + over);

        var results = await AtomicAsync(writes);

        Assert.Equal(over <= 0 ? 2 : 0, await StoredAsync(key));
        if (over <= 0)
        {
            Assert.All(results, result => Assert.Equal(ConsulKvOutcome.Written, result.Outcome));
            return;
        }
        Assert.All(results, result => Assert.Equal((ConsulKvOutcome.Failed, "Limit.TxnMaxReqLen"), (result.Outcome, result.Code)));
        Assert.Contains($"The transaction is too large: {Limit + over} bytes, the limit is {Limit}", results[0].Message, StringComparison.Ordinal);
        Assert.Contains("the largest: " + writes[0].Key, results[1].Message, StringComparison.Ordinal);
        Assert.DoesNotContain(relay.Requests, request => request.Method != "GET");
    }

    [Fact]
    public async Task Where_the_agent_does_not_tell_its_limits_it_decides_itself_by_the_length_alone()
    {
        var token = await lab.Agent.CreateTokenAsync("key_prefix \"fit/\" { policy = \"write\" }");
        using var session = LabSessions.Open(relay.Address.ToString(), token.SecretId);

        var tooLarge = await new KvWriter(session).WriteAtomicAsync(Sized("fit/alone/", Limit + 1), Stop);
        var tooMany = await new KvWriter(session).WriteAtomicAsync([.. Enumerable.Range(0, 65).Select(number => Put("fit/alone/" + number, 1))], Stop);

        Assert.All(tooLarge, result => Assert.Equal((ConsulKvOutcome.Failed, "Limit.TxnMaxReqLen"), (result.Outcome, result.Code)));
        Assert.Contains($"{Limit + 1} bytes, the limit is {Limit}", tooLarge[0].Message, StringComparison.Ordinal);
        Assert.Contains("the largest:", tooLarge[0].Message, StringComparison.Ordinal);
        Assert.All(tooMany, result => Assert.Equal((ConsulKvOutcome.Failed, "Limit.TxnOps"), (result.Outcome, result.Code)));
        Assert.Contains("65, the limit is 64", tooMany[0].Message, StringComparison.Ordinal);
        Assert.Equal(0, await StoredAsync("fit/alone/"));
    }

    [Fact]
    public async Task A_marker_counts_too()
    {
        var results = await AtomicAsync([.. Enumerable.Range(0, 64).Select(number => Put("fit/marked/" + number, 1) with { OperationPrefix = "fit-ops/" })]);

        Assert.All(results, result => Assert.Equal((ConsulKvOutcome.Failed, "Limit.TxnOps"), (result.Outcome, result.Code)));
        Assert.Equal(0, await StoredAsync("fit/marked/") + await StoredAsync("fit-ops/"));
    }

    [Fact]
    public async Task A_batch_that_every_agent_takes_costs_no_question()
    {
        await AtomicAsync([Put("fit/quiet/a", 10), Put("fit/quiet/b", 10)]);

        Assert.Equal("/v1/txn", Assert.Single(relay.Requests).Path);
    }

    [Theory]
    [InlineData("twice", "Request.Invalid", "fit/bad/a stands twice in the transaction")]
    [InlineData("two prefixes", "Request.Invalid", "fit/bad/b has another operation prefix than fit/bad/a")]
    [InlineData("no key", "Key.Empty", "No key was given")]
    [InlineData("dots", "Key.DotSegments", "fit/../b")]
    [InlineData("lone surrogate", "Key.InvalidUtf8", "")]
    [InlineData("long", "Key.TooLong", "the limit is 60000")]
    [InlineData("no lock session", "Session.Missing", "No lock session was given")]
    [InlineData("lock session by name", "Session.NotUuid", "mine is not the id")]
    [InlineData("delete-cas of 0", "Cas.DeleteZero", "0")]
    public async Task A_batch_with_one_bad_write_is_refused_whole_and_the_bad_one_named(string bad, string code, string words)
    {
        var good = Put("fit/bad/a", 1);
        var other = Put("fit/bad/b", 1);
        ConsulKvWrite[] batch = bad switch
        {
            "twice" => [good, Put("fit/bad/c", 1), good with { Kind = ConsulKvWriteKind.Delete }],
            "two prefixes" => [good with { OperationPrefix = "fit-ops/1/" }, other with { OperationPrefix = "fit-ops/2/" }],
            "no key" => [good, other with { Key = "" }],
            "dots" => [good, other with { Key = "fit/../b" }],
            "lone surrogate" => [good, other with { Key = "fit/\ud800" }],
            "long" => [good, other with { Key = new string('k', 60_001) }],
            "no lock session" => [good, other with { Kind = ConsulKvWriteKind.Acquire }],
            "lock session by name" => [good, other with { Kind = ConsulKvWriteKind.Release, LockSession = "mine" }],
            _ => [good, other with { Kind = ConsulKvWriteKind.DeleteCheckAndSet }],
        };

        var results = await AtomicAsync(batch);

        Assert.All(results, result => Assert.Equal((ConsulKvOutcome.Failed, code), (result.Outcome, result.Code)));
        Assert.All(results, result => Assert.Contains(words, result.Message, StringComparison.Ordinal));
        Assert.All(results, result => Assert.NotNull(result.Remedy));
        Assert.Empty(relay.Requests);
        Assert.Equal(0, await StoredAsync("fit/bad/"));
    }

    /// <summary>Two writes whose transaction has exactly so many bytes.</summary>
    private static ConsulKvWrite[] Sized(string prefix, int bytes)
    {
        ConsulKvWrite[] writes = [Put(prefix + "large", 300_000), Put(prefix + "small", 0)];
        // Base64 goes in steps of four: what is missing after that goes into the key.
        var missing = bytes - (int)TransactionSize.Of(writes);
        writes[1] = Put(prefix + "small", missing / 4 * 3);
        missing = bytes - (int)TransactionSize.Of(writes);
        writes[1] = writes[1] with { Key = writes[1].Key + new string('x', missing) };
        Assert.Equal(bytes, TransactionSize.Of(writes));
        return writes;
    }

    private static ConsulKvWrite Put(string key, int bytes) => new() { Key = key, Value = new byte[bytes] };

    private async Task<IReadOnlyList<ConsulKvWriteResult>> AtomicAsync(ConsulKvWrite[] writes)
    {
        using var session = LabSessions.Open(relay.Address.ToString(), lab.ManagementToken);
        return await new KvWriter(session).WriteAtomicAsync(writes, Stop);
    }

    private async Task<int> StoredAsync(string prefix)
    {
        using var session = lab.Session();
        var count = 0;
        await foreach (var _ in new KvReader(session).NamesAsync(prefix, null, ConsulConsistency.Consistent, (_, _) => { }, Stop)) count++;
        return count;
    }
}
