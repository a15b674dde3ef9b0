using System.Text.Json;
using System.Text.RegularExpressions;
using ConsulKvTools.Http;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Writing;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Kv.Outcomes.Model;

/// <summary>The model and a real server are given the same requests at random and must answer the same: what is proven with the model holds for Consul.</summary>
public sealed class KvModelAgainstConsulTests
{
    private const int Steps = 250;

    private static readonly string[] Keys = ["m/a", "m/ab", "m/c"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_model_does_what_Consul_does(int seed)
    {
        await using var agent = await ConsulAgent.StartAsync();
        using var session = LabSessions.Open(agent.HttpAddress!.ToString());
        var random = new Random(seed);
        var model = KvModel.Empty with { LockSessions = [await agent.CreateLockSessionAsync(), await agent.CreateLockSessionAsync()] };
        var sessions = model.LockSessions.ToList();
        // The model's index of each change, and Consul's.
        var real = new SortedDictionary<ulong, ulong> { [0] = 0 };
        var done = new HashSet<string>();

        for (var step = 0; step < Steps; step++)
        {
            if (random.Next(25) == 0)
            {
                var ended = sessions[random.Next(sessions.Count)];
                await agent.SendAsync("PUT", "/v1/session/destroy/" + ended);
                model = model.EndLockSession(ended);
                var fresh = await agent.CreateLockSessionAsync();
                sessions[sessions.IndexOf(ended)] = fresh;
                // One that is gone stays in use for a while: it must be refused alike.
                if (random.Next(2) == 0) sessions.Add(ended);
                model = model with { LockSessions = model.LockSessions.Add(fresh) };
            }
            else
            {
                var transaction = random.Next(3) == 0;
                var operations = Enumerable.Range(0, transaction ? 1 + random.Next(3) : 1).Select(_ => Operation(random, model, sessions, transaction)).ToArray();
                var (after, answer) = model.Apply(operations);
                var request = transaction ? Transaction(operations, real) : Single(operations[0], real);
                var response = await session.Http.SendAsync(request, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
                var expected = new KvModelWire("", "", transaction, operations).Answer(answer);
                var what = $"seed {seed}, step {step}: {string.Join(" + ", operations.Select(operation => operation.ToString()))}";
                Assert.True((int)expected.StatusCode == response.Status, $"{what}: {response.Status} {response.Text}");
                if (!transaction) Assert.True(await expected.Content.ReadAsStringAsync(TestContext.Current.CancellationToken) == response.Text, $"{what}: {response.Text}");
                else if (!answer.Done) Assert.Equal(answer.Errors.Select(error => (error.Operation, WithoutIndex(error.What))), KvTransaction.ReadErrors(response.Body).Select(error => (error.Operation, WithoutIndex(error.What))));
                else
                {
                    using var body = JsonDocument.Parse(response.Body);
                    var given = body.RootElement.GetProperty("Results") is { ValueKind: JsonValueKind.Array } rows ? rows.EnumerateArray().Select(row => row.GetProperty("KV")).ToArray() : [];
                    Assert.Equal(answer.Results.Select(entry => (entry.Key, entry.Flags, entry.LockIndex)), given.Select(kv => (kv.GetProperty("Key").GetString()!, kv.GetProperty("Flags").GetUInt64(), kv.GetProperty("LockIndex").GetUInt64())));
                }
                done.Add($"{(transaction ? "txn " : "")}{operations[0].Verb} {answer.Done}");
                // A read-only transaction is no raft entry.
                if (!operations.All(operation => operation.IsRead)) model = after;
            }
            await CompareAsync(session, model, real, $"seed {seed}, step {step}");
        }
        // Every verb was both done and, where it can be, refused: else nothing would have been compared.
        Assert.True(done.Count >= 20, string.Join(", ", done.Order(StringComparer.Ordinal)));
    }

    private static async Task CompareAsync(ConsulKvSession session, KvModel model, SortedDictionary<ulong, ulong> real, string when)
    {
        foreach (var key in Keys)
        {
            var found = await new KvReader(session).GetAsync(key, ConsulConsistency.Consistent, TestContext.Current.CancellationToken);
            var (expected, entry) = (model[key], found.Entry);
            Assert.True(expected is null == entry is null, $"{when}: {key} is {(entry is null ? "missing" : "there")}");
            if (expected is null || entry is null)
            {
                // Of a missing key the answer carries the index of the last change of any key.
                if (model.TableIndex > KvModel.Empty.Index) Same(model.TableIndex, found.Index!.Value, $"{when}: X-Consul-Index of missing {key}");
                continue;
            }
            Assert.True((expected.Value, expected.Flags, expected.LockIndex, expected.LockSession) == (entry.Value, entry.Flags, entry.LockIndex, entry.LockSession),
                $"{when}: {key} is {(entry.Value, entry.Flags, entry.LockIndex, entry.LockSession)}, the model has {expected}");
            Same(expected.CreateIndex, entry.CreateIndex, $"{when}: CreateIndex of {key}");
            Same(expected.ModifyIndex, entry.ModifyIndex, $"{when}: ModifyIndex of {key}");
            Same(expected.ModifyIndex, found.Index!.Value, $"{when}: X-Consul-Index of {key}");
        }

        void Same(ulong ours, ulong theirs, string what)
        {
            if (real.TryGetValue(ours, out var known)) Assert.True(known == theirs, $"{what}: {theirs}, expected {known}");
            // A new one must be newer than all that were before it, and so keep their order.
            else Assert.True(real.Where(pair => pair.Key < ours).All(pair => pair.Value < theirs) && real.Where(pair => pair.Key > ours).All(pair => pair.Value > theirs), $"{what}: {theirs} is out of order");
            real[ours] = theirs;
        }
    }

    private static KvModelOperation Operation(Random random, KvModel model, List<string> sessions, bool transaction)
    {
        string[] verbs = ["set", "set", "cas", "cas", "delete", "delete-cas", "delete-tree", "lock", "lock", "unlock", "get", "check-index", "check-not-exists"];
        var verb = verbs[random.Next(transaction ? verbs.Length : 10)];
        var key = verb == "delete-tree" ? "m/a" : Keys[random.Next(Keys.Length)];
        var known = model.Entries.Values.Select(entry => entry.ModifyIndex).Append(model[key]?.ModifyIndex ?? 0).Append(model[key]?.ModifyIndex ?? 0).ToArray();
        var index = verb is "cas" or "delete-cas" or "check-index" ? known[random.Next(known.Length)] : 0;
        // DELETE?cas=0 never deletes, which the product refuses to send.
        if (verb is "delete-cas" or "check-index" && index == 0) index = 1;
        return verb is "set" or "cas" or "lock" or "unlock"
            ? new KvModelOperation(verb, key, new[] { "", "x", "y" }[random.Next(3)], (ulong)random.Next(2), index, verb is "lock" or "unlock" ? sessions[random.Next(sessions.Count)] : null)
            : new KvModelOperation(verb, key, Index: index);
    }

    private static ConsulRequest Single(KvModelOperation operation, SortedDictionary<ulong, ulong> real)
    {
        var write = Write(operation, real);
        return operation.Verb switch
        {
            "set" => KvWireRequest.Put(write, (ulong?)null),
            "cas" => KvWireRequest.Put(write, write.Index),
            "lock" => KvWireRequest.Put(write, "acquire=" + operation.LockSession),
            "unlock" => KvWireRequest.Put(write, "release=" + operation.LockSession),
            "delete" => KvWireRequest.Delete(write, null),
            "delete-cas" => KvWireRequest.Delete(write, write.Index),
            _ => new ConsulRequest { Method = "DELETE", Path = KvKey.PrefixPath(operation.Key), Query = "recurse" },
        };
    }

    private static ConsulRequest Transaction(KvModelOperation[] operations, SortedDictionary<ulong, ulong> real)
    {
        var rows = operations.Select(operation => new
        {
            KV = new { operation.Verb, operation.Key, Value = operation.Value.Length == 0 ? null : Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(operation.Value)), operation.Flags, Index = Real(operation.Index, real), Session = operation.LockSession ?? "" },
        });
        return new ConsulRequest { Method = "PUT", Path = "/v1/txn", Body = JsonSerializer.SerializeToUtf8Bytes(rows) };
    }

    private static ConsulKvWrite Write(KvModelOperation operation, SortedDictionary<ulong, ulong> real) =>
        new() { Key = operation.Key, Value = System.Text.Encoding.UTF8.GetBytes(operation.Value), Flags = operation.Flags, Index = Real(operation.Index, real), LockSession = operation.LockSession };

    private static ulong Real(ulong index, SortedDictionary<ulong, ulong> real) => real.TryGetValue(index, out var known) ? known : index;

    private static string WithoutIndex(string text) => Regex.Replace(text, "current modify index [0-9]+ != [0-9]+", "other index");
}
