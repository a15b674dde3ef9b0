using ConsulKvTools.Acl;
using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Tests.Acl;

public sealed class AclGrantTests
{
    [Theory]
    [InlineData(AclOperation.Read, 1, """key "app/x" { policy = "read" }""")]
    [InlineData(AclOperation.Write, 1, """key "app/x" { policy = "write" }""")]
    [InlineData(AclOperation.Delete, 1, """key "app/x" { policy = "write" }""")]
    [InlineData(AclOperation.List, 1, """key_prefix "app/x" { policy = "list" }""")]
    [InlineData(AclOperation.DeleteRecurse, 1, """key_prefix "app/x" { policy = "write" }""")]
    [InlineData(AclOperation.Lock, 2, """session_prefix "" { policy = "write" }""")]
    [InlineData(AclOperation.Lock, 3, "key \"app/x\" { policy = \"write\" }\nsession_prefix \"\" { policy = \"write\" }")]
    public void Is_the_smallest_rule_that_does(AclOperation operation, int rights, string rule) =>
        Assert.Equal(rule, AclGrant.For(operation, "app/x", null, null, null, (LockRights)rights).Rule);

    [Theory]
    [InlineData("app/x'; rm -rf ~ #")]
    [InlineData("app/x\u2019; Remove-Item ~ #")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    [InlineData("a\u001bb")]
    public void A_key_never_becomes_a_command(string key)
    {
        var grant = AclGrant.For(AclOperation.Write, key, null, null, null);
        // One word between single quotes, and nothing in it that any shell or its encoding could take for something else.
        Assert.Matches("^(echo|printf '%s') '[ -&(-~]*' \\| consul acl policy create -name [A-Za-z0-9_-]+ -rules -$", grant.Commands[0]);
        Assert.Matches("^[A-Za-z0-9 ._'-]*$", grant.Commands[1]);
        Assert.Equal(grant.Commands[0].Contains('\\'), grant.Commands[0].StartsWith("printf", StringComparison.Ordinal));
        Assert.Equal(key, AclRules.Parse(grant.Commands[0].Split('\'')[^2]).Rules.Single().Segment);
        Assert.Equal(key, AclRules.Parse(grant.Rule).Rules.Single().Segment);
    }

    [Fact]
    public void Every_policy_has_a_valid_name_of_its_own()
    {
        string NameOf(string key) => AclGrant.For(AclOperation.Write, key, null, null, null).Command.Split("-name ")[1].Split(' ')[0];
        string[] keys = ["a/b", "a-b", "a//b", "ä", "", new string('x', 500), new string('x', 499), "日本"];
        Assert.All(keys, key => Assert.Matches("^[A-Za-z0-9_-]{1,128}$", NameOf(key)));
        Assert.Equal(keys.Length, keys.Select(NameOf).Distinct().Count());
    }
}
