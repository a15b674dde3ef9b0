using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsulKvTools.Acl.Evaluation;
using ConsulKvTools.Acl.Rules;
using ConsulKvTools.Lab;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Acl;

/// <summary>The evaluator has no opinion of its own: on made-up rules and keys it says what a real server says.</summary>
/// <remarks>CONSULKVTOOLS_ACL_RULESETS sets how many rule sets are tried; 150 by default.</remarks>
[Collection(AclAgents.Name)]
public sealed class AclEvaluatorAgainstConsulTests(AclAgents agents)
{
    private const int QuestionsAtOnce = 64;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Agrees_with_the_server_on_every_question()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("CONSULKVTOOLS_ACL_RULESETS"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 150;
        var agent = await agents.DenyAsync();
        var asked = 0;
        await Parallel.ForEachAsync(
            RuleSets.Rules.Sample(count * 2, 30).Chunk(2), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Stop }, async (sets, stop) =>
            {
                // Two policies a token, one of them in JSON: merging and both forms are in the question.
                var first = await agent.CreatePolicyAsync(UniqueName(), RuleSets.ToHcl(sets[0]), stop);
                var second = await agent.CreatePolicyAsync(UniqueName(), RuleSets.ToJson(sets[1]), stop);
                var token = await agent.CreateTokenFromJsonAsync($$"""{"Policies":[{"ID":"{{first}}"},{"ID":"{{second}}"}]}""", stop);
                var evaluator = new AclEvaluator([new AclPolicy("one", AclRules.Parse(RuleSets.ToHcl(sets[0])).Rules), new AclPolicy("two", AclRules.Parse(RuleSets.ToJson(sets[1])).Rules)]);
                var keys = sets[0].Concat(sets[1]).Select(rule => rule.Segment)
                    .SelectMany(segment => new[] { segment, segment + "a", segment.Length > 0 ? segment[..^1] : "" })
                    .Where(key => !key.Any(char.IsSurrogate)).Append("").Distinct().Take(QuestionsAtOnce / 5).ToArray();
                var questions = keys.SelectMany(key => new (string Resource, string Access, string Segment, bool Ours)[]
                {
                    ("key", "read", key, evaluator.Decide(AclOperation.Read, key).Allowed),
                    ("key", "list", key, evaluator.Decide(AclOperation.List, key).Allowed),
                    ("key", "write", key, evaluator.Decide(AclOperation.Write, key).Allowed),
                    ("key", "write-prefix", key, evaluator.Decide(AclOperation.DeleteRecurse, key).Allowed),
                    ("session", "write", key, evaluator.DecideSession(key).Allowed),
                }).ToArray();
                var body = new JsonArray([.. questions.Select(row => new JsonObject { ["Resource"] = row.Resource, ["Access"] = row.Access, ["Segment"] = row.Segment })]);
                var answer = await agent.SendAsync("POST", "/v1/internal/acl/authorize", body.ToJsonString(), token.SecretId, stop);
                using var theirs = JsonDocument.Parse(answer.Body);
                var index = 0;
                foreach (var row in theirs.RootElement.EnumerateArray())
                {
                    var ours = questions[index++];
                    Assert.True(row.GetProperty("Allow").GetBoolean() == ours.Ours,
                        $"{ours.Access} {ours.Resource} '{ours.Segment}': we say {ours.Ours}, Consul the opposite, with:\n{string.Join("\n", sets[0].Concat(sets[1]))}");
                }
                Assert.Equal(questions.Length, index);
                Interlocked.Add(ref asked, index);
            });
        TestContext.Current.SendDiagnosticMessage($"{asked} questions");
        Assert.True(asked > count * 10);
    }

    private static string UniqueName() => "made-up-" + Guid.NewGuid().ToString("N");
}
