using System.Text.Json;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Faults;

/// <summary>Requests that other programs build wrongly, sent to a real agent; its answers are named.</summary>
[Collection(AclAgentTests.Name)]
public sealed class RequestFaultTests(AclAgentFixture lab)
{
    [Theory]
    [InlineData("Request.CasNotNumber", "?cas= holds a word", "PUT", "/v1/kv/app/x?cas=abc", "v")]
    [InlineData("Request.FlagsInvalid", "?flags= is negative", "PUT", "/v1/kv/app/x?flags=-1", "v")]
    [InlineData("Request.FlagsInvalid", "?flags= is over 64 bits", "PUT", "/v1/kv/app/x?flags=18446744073709551616", "v")]
    [InlineData("Request.ConflictingFlags", "cas and acquire in one PUT", "PUT", "/v1/kv/app/x?cas=0&acquire=x", "v")]
    [InlineData("Request.ConflictingFlags", "recurse and cas in one DELETE", "DELETE", "/v1/kv/app/x?recurse&cas=1", null)]
    [InlineData("Request.BadQueryEscape", "a broken % escape in the query", "PUT", "/v1/kv/app/x?dc=%zz", "v")]
    [InlineData("Request.ConsistencyConflict", "stale and consistent in one GET", "GET", "/v1/kv/app/x?stale&consistent", null)]
    [InlineData("Request.BadWaitIndex", "?wait= without a unit", "GET", "/v1/kv/app/x?index=1&wait=5", null)]
    [InlineData("Request.BadWaitIndex", "?index= is a word", "GET", "/v1/kv/app/x?index=now", null)]
    [InlineData("Agent.MethodNotAllowed", "POST instead of PUT", "POST", "/v1/kv/app/x", "v")]
    [InlineData("Agent.UnprintableFilter", "a zero-width space in the key", "PUT", "/v1/kv/app%E2%80%8B/x", "v")]
    [InlineData("Session.Missing", "acquire= is empty", "PUT", "/v1/kv/app/x?acquire=", "v")]
    [InlineData("Session.NotUuid", "acquire= holds a name", "PUT", "/v1/kv/app/x?acquire=my-session", "v")]
    [InlineData("Session.Invalid", "acquire= of a session that never was", "PUT", "/v1/kv/app/x?acquire=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "v")]
    [InlineData("Session.CreateRejected", "a session with a check that is not registered", "PUT", "/v1/session/create", """{"Checks":["nosuch"]}""")]
    [InlineData("Session.CreateRejected", "a session with a TTL of a second", "PUT", "/v1/session/create", """{"TTL":"1s"}""")]
    [InlineData("Txn.UnknownVerb", "a transaction with the verb put", "PUT", "/v1/txn", """[{"KV":{"Verb":"put","Key":"a","Value":"dg=="}}]""")]
    [InlineData("Txn.BadJson", "a transaction with a value that is not base64", "PUT", "/v1/txn", """[{"KV":{"Verb":"set","Key":"a","Value":"!!!"}}]""")]
    [InlineData("Txn.BadJson", "a transaction that is no list", "PUT", "/v1/txn", """{"KV":{}}""")]
    [InlineData("Txn.OpFailed", "a transaction with a check that does not hold", "PUT", "/v1/txn", """[{"KV":{"Verb":"check-index","Key":"never-there","Index":7}}]""")]
    public Task Consuls_answer_to_it_is_named(string code, string how, string method, string target, string? body) =>
        RawAnswer.NamesAsync(code, how, lab.Agent, method, target, body);

    [Fact]
    public async Task Headers_over_a_mebibyte() =>
        await RawAnswer.NamesAsync("Agent.MaxHeaderBytes", "1.1 MB of headers", lab.Agent, "PUT", "/v1/kv/app/x", null, "X-Padding: " + new string('x', 1_150_000));

    [Fact]
    public async Task Transactions_that_are_too_large()
    {
        static string Of(int operations, int bytes) =>
            JsonSerializer.Serialize(Enumerable.Range(0, operations).Select(number => new { KV = new { Verb = "set", Key = $"big/{number}", Value = Convert.ToBase64String(new byte[bytes]) } }));

        var count = await RawAnswer.NamesAsync("Limit.TxnOps", "65 operations in one transaction", lab.Agent, "PUT", "/v1/txn", Of(65, 1));
        Assert.Equal("64", count.Evidence["limit"]);
        await RawAnswer.NamesAsync("Limit.TxnMaxReqLen", "a transaction of 533 kB", lab.Agent, "PUT", "/v1/txn", Of(1, 400_000));

        await using var small = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, ExtraConfig = """{ "limits": { "kv_max_value_size": 100 } }""" });
        var value = await RawAnswer.NamesAsync("Limit.TxnValueSize", "101 bytes in a transaction, kv_max_value_size 100", small, "PUT", "/v1/txn", Of(1, 101));
        Assert.Equal("100", value.Evidence["limit"]);
    }
}
