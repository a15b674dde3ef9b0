using ConsulKvTools.Acl.Evaluation;
using ConsulKvTools.Acl.Rules;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Acl;

public sealed class AclEvaluatorTests
{
    [Theory]
    [InlineData("""key "app" { policy = "write" }""", AclOperation.Write, "app", true)]
    [InlineData("""key "app" { policy = "write" }""", AclOperation.Write, "app/x", false)]
    [InlineData("""key_prefix "app/" { policy = "write" }""", AclOperation.Write, "app", false)]
    [InlineData("""key_prefix "app" { policy = "write" }""", AclOperation.Write, "application", true)]
    [InlineData("""key_prefix "" { policy = "write" } key_prefix "a" { policy = "deny" } key_prefix "ab" { policy = "write" }""", AclOperation.Write, "abc", true)]
    [InlineData("""key_prefix "" { policy = "write" } key_prefix "a" { policy = "deny" } key_prefix "ab" { policy = "write" }""", AclOperation.Read, "ac", false)]
    [InlineData("""key_prefix "a" { policy = "deny" } key "a" { policy = "write" }""", AclOperation.Write, "a", true)]
    [InlineData("""key_prefix "a" { policy = "deny" } key "a" { policy = "write" }""", AclOperation.DeleteRecurse, "a", false)]
    [InlineData("""key "a" { policy = "write" }""", AclOperation.DeleteRecurse, "a", false)]
    [InlineData("""key_prefix "a" { policy = "write" } key "ab" { policy = "read" }""", AclOperation.DeleteRecurse, "a", false)]
    [InlineData("""key_prefix "a" { policy = "write" } key "ab" { policy = "read" }""", AclOperation.DeleteRecurse, "ac", true)]
    [InlineData("""key_prefix "a" { policy = "list" }""", AclOperation.List, "a", true)]
    [InlineData("""key_prefix "a" { policy = "read" }""", AclOperation.List, "a", false)]
    [InlineData("""key_prefix "a" { policy = "list" }""", AclOperation.Delete, "a", false)]
    [InlineData("""service_prefix "" { policy = "write" }""", AclOperation.Read, "a", false)]
    [InlineData("""namespace "n" { key_prefix "" { policy = "write" } }""", AclOperation.Read, "a", false)]
    public void Decides_as_documented(string rules, AclOperation operation, string key, bool allowed) =>
        Assert.Equal(allowed, new AclEvaluator([Policy("p", rules)]).Decide(operation, key).Allowed);

    [Fact]
    public void Names_the_policy_that_decides_between_equal_segments()
    {
        var evaluator = new AclEvaluator([
            Policy("writer", """key_prefix "a" { policy = "write" }"""), Policy("denier", """key_prefix "a" { policy = "deny" }"""), Policy("reader", """key_prefix "a" { policy = "read" }""")]);
        var verdict = evaluator.Decide(AclOperation.Write, "a/b");
        Assert.False(verdict.Allowed);
        Assert.Equal("denier", verdict.Rule!.Deciding.Policy.Name);
        Assert.Equal(3, verdict.Rule.All.Count);
    }

    [Fact]
    public void The_default_policy_decides_where_no_rule_speaks()
    {
        var verdict = new AclEvaluator([Policy("p", """key "b" { policy = "deny" }""")], defaultAllow: true).Decide(AclOperation.Write, "a");
        Assert.True(verdict.Allowed);
        Assert.Null(verdict.Rule);
    }

    [Fact]
    public void A_policy_of_another_datacenter_does_not_count()
    {
        var policy = Policy("p", """key_prefix "" { policy = "write" }""") with { Datacenters = ["dc2"] };
        Assert.False(new AclEvaluator([policy], datacenter: "dc1").Decide(AclOperation.Write, "a").Allowed);
        Assert.True(new AclEvaluator([policy], datacenter: "dc2").Decide(AclOperation.Write, "a").Allowed);
    }

    [Fact]
    public void Write_includes_list_includes_read_and_a_tree_includes_its_root() =>
        Prop.ForAll(Arb.From(RuleSets.Rules), Arb.From(RuleSets.Segment), (rules, key) =>
        {
            var evaluator = new AclEvaluator([new AclPolicy("p", rules)]);
            bool May(AclOperation operation) => evaluator.Decide(operation, key).Allowed;
            return (!May(AclOperation.DeleteRecurse) || May(AclOperation.Write))
                && (!May(AclOperation.Write) || May(AclOperation.List))
                && (!May(AclOperation.List) || May(AclOperation.Read));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void The_order_of_policies_does_not_matter() =>
        Prop.ForAll(Arb.From(RuleSets.Rules), Arb.From(RuleSets.Segment), (rules, key) =>
        {
            var forward = new AclEvaluator(rules.Select((rule, index) => new AclPolicy($"p{index}", [rule])));
            var backward = new AclEvaluator(rules.Reverse().Select((rule, index) => new AclPolicy($"p{index}", [rule])));
            return Enum.GetValues<AclOperation>().All(operation => forward.Decide(operation, key).Allowed == backward.Decide(operation, key).Allowed);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static AclPolicy Policy(string name, string rules) => new(name, AclRules.Parse(rules).Rules);
}
