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
/// <remarks>CONSULKVTOOLS_ACL_RULESETS sets how many rule sets are tried on each agent; 150 by default.</remarks>
[Collection(AclAgents.Name)]
public sealed class AclEvaluatorAgainstConsulTests(AclAgents agents)
{
    private const int QuestionsAtOnce = 64;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("deny")]
    [InlineData("allow")]
    [InlineData("key list policy")]
    public async Task Agrees_with_the_server_on_every_question(string kind)
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("CONSULKVTOOLS_ACL_RULESETS"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 150;
        var agent = await (kind switch { "allow" => agents.AllowAsync(), "deny" => agents.DenyAsync(), _ => agents.KeyListAsync() });
        var asked = 0;
        await Parallel.ForEachAsync(
            RuleSets.Rules.Sample(count * 3, 30).Chunk(3).Select((sets, index) => (sets, index)), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Stop }, async (round, stop) =>
            {
                var token = await TokenAsync(agent, round.sets, round.index, stop);
                var evaluator = new AclEvaluator(
                    [
                        new AclPolicy("one", AclRules.Parse(RuleSets.ToHcl(round.sets[0])).Rules), new AclPolicy("two", AclRules.Parse(RuleSets.ToJson(round.sets[1], round.index % 2 == 0)).Rules),
                        new AclPolicy("three", AclRules.Parse(RulesOnOneLine.Of(RuleSets.ToHcl(round.sets[2]))).Rules) { Role = "role" },
                    ], defaultAllow: kind == "allow");
                var keys = round.sets.SelectMany(set => set).Select(rule => rule.Segment)
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
                var answer = await agent.SendAsync("POST", "/v1/internal/acl/authorize", body.ToJsonString(), token, stop);
                using var theirs = JsonDocument.Parse(answer.Body);
                var index = 0;
                foreach (var row in theirs.RootElement.EnumerateArray())
                {
                    var ours = questions[index++];
                    Assert.True(row.GetProperty("Allow").GetBoolean() == ours.Ours,
                        $"{ours.Access} {ours.Resource} '{ours.Segment}': we say {ours.Ours}, Consul the opposite, with:\n{string.Join("\n", round.sets.SelectMany(set => set))}");
                }
                Assert.Equal(questions.Length, index);
                Interlocked.Add(ref asked, index);
            });
        TestContext.Current.SendDiagnosticMessage($"{kind}: {asked} questions");
        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: {asked} questions");
        Assert.True(asked > count * 10);
    }

    /// <summary>Three policies: one in HCL, one in JSON, one on a single line and by a role; and now and then identities, which say nothing about keys.</summary>
    private static async Task<string> TokenAsync(ConsulAgent agent, AclRule[][] sets, int index, CancellationToken stop)
    {
        var first = await agent.CreatePolicyAsync(AclAgents.Unique("made-up"), RuleSets.ToHcl(sets[0]), stop);
        var second = await agent.CreatePolicyAsync(AclAgents.Unique("made-up"), RuleSets.ToJson(sets[1], index % 2 == 0), stop);
        var third = await agent.CreatePolicyAsync(AclAgents.Unique("made-up"), RulesOnOneLine.Of(RuleSets.ToHcl(sets[2])), stop);
        var role = AclAgents.Unique("role");
        (await agent.SendAsync("PUT", "/v1/acl/role", $$"""{"Name":"{{role}}","Policies":[{"ID":"{{third}}"}],"ServiceIdentities":[{"ServiceName":"a"}]}""", cancellationToken: stop)).EnsureSuccess("role");
        var identities = index % 3 == 0 ? ""","ServiceIdentities":[{"ServiceName":"b"}],"NodeIdentities":[{"NodeName":"a","Datacenter":"dc1"}]""" : "";
        return (await agent.CreateTokenFromJsonAsync($$"""{"Policies":[{"ID":"{{first}}"},{"ID":"{{second}}"}],"Roles":[{"Name":"{{role}}"}]{{identities}}}""", stop)).SecretId;
    }
}
