using ConsulKvTools.Acl.Rules;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Acl;

public sealed class AclRulesTests
{
    [Theory]
    // Each line was given to Consul 1.8.7 as a policy: what it grants there is what is read here.
    [InlineData("""key_prefix "a" { policy = "write" }""", """key_prefix "a" { policy = "write" }""")]
    [InlineData("""KEY_PREFIX "a" {POLICY="Write"}""", """key_prefix "a" { policy = "Write" }""")]
    [InlineData("""key_prefix { "a" {policy="write"} "b" {policy="read"} }""", """key_prefix "a" { policy = "write" }; key_prefix "b" { policy = "read" }""")]
    [InlineData("""key_prefix = { "a" = {policy="write"} }""", """key_prefix "a" { policy = "write" }""")]
    [InlineData("""key_prefix {policy="write"}""", """key_prefix "policy" { policy = "write" }""")]
    [InlineData("""key_prefix a {policy="write"}""", """key_prefix "a" { policy = "write" }""")]
    [InlineData("""key "a" { policy = "write" policy = "deny" }""", """key "a" { policy = "deny" }""")]
    [InlineData("""key_prefix "a\"b\u00e4\x41\101" {policy="write"}""", """key_prefix "a\"bäAA" { policy = "write" }""")]
    [InlineData("""key_prefix "a${b}c" {policy="write"}""", """key_prefix "a\u0024{b}c" { policy = "write" }""")]
    [InlineData("""key_prefix "a" {policy="write", } // x""", """key_prefix "a" { policy = "write" }""")]
    [InlineData("""operator = "write" acl="read" operator = "read" """, """operator = "write"; acl = "read"; operator = "read" """)]
    [InlineData("""{"key_prefix":{"a":{"policy":"write"},"b":{"policy":"read"}}}""", """key_prefix "a" { policy = "write" }; key_prefix "b" { policy = "read" }""")]
    [InlineData("""{"key_prefix":[{"a":{"policy":"write"}},{"b":{"policy":"read"}}]}""", """key_prefix "a" { policy = "write" }; key_prefix "b" { policy = "read" }""")]
    [InlineData("""{"key_prefix":{"a":{"policy":"write"}},"key_prefix":{"b":{"policy":"write"}}}""", """key_prefix "a" { policy = "write" }; key_prefix "b" { policy = "write" }""")]
    [InlineData("""  {"operator":"write"} trailing""", """operator = "write" """)]
    [InlineData("""a = 1 b = 0x1F c = 1.5e3 d = -3 e = true f = [1,"x",{y=2}] key "k" {policy="read"}""", """key "k" { policy = "read" }""")]
    [InlineData("", "")]
    public void Reads_what_Consul_reads(string text, string expected) =>
        Assert.Equal(expected.Trim(), string.Join("; ", AclRules.Parse(text).Rules));

    [Fact]
    public void Knows_where_each_rule_stands()
    {
        var rules = AclRules.Parse("# first\noperator = \"read\"\n\n  key_prefix \"a\" {\n    policy = \"write\"\n  } key \"b\" { policy = \"read\" }\n").Rules;
        Assert.Equal([(2, 1), (4, 3), (6, 5)], rules.Select(rule => (rule.Line, rule.Column)));
        var json = AclRules.Parse("{\n  \"acl\": \"read\", \"é\": 1, \"key\": { \"a\": {\"policy\":\"read\"} }\n}").Rules;
        Assert.Equal([(2, 3), (2, 35)], json.Select(rule => (rule.Line, rule.Column)));
    }

    [Fact]
    public void Keeps_stanzas_that_Consul_ignores()
    {
        var rules = AclRules.Parse("""keyprefix "a" { policy = "write" } key-prefix "b" { policy = "write" } foo = "bar" key "c" { policy = "read" }""");
        Assert.Equal(["keyprefix", "key-prefix", "foo"], rules.Unknown.Select(rule => rule.Stanza));
        Assert.Equal("a", rules.Unknown[0].Segment);
        Assert.Equal(AclAccess.Write, rules.Unknown[0].Access);
        Assert.Single(rules.Rules);
    }

    [Fact]
    public void Marks_enterprise_scopes_and_sentinel_code()
    {
        var rules = AclRules.Parse("""
            partition "p" { namespace "n" { key_prefix "a" { policy = "write" } } }
            key_prefix "b" {
              policy = "write"
              sentinel {
                code = <<-EOF
                  main = rule { "}" is "}" }
                  EOF
                enforcementlevel = "soft-mandatory"
              }
            }
            """).Rules;
        Assert.Equal("partition \"p\" namespace \"n\"", rules[0].Scope);
        Assert.Null(rules[1].Scope);
        Assert.True(rules[1].HasSentinel);
    }

    [Fact]
    public void A_legacy_key_is_a_prefix() => Assert.Equal("""key_prefix "a" { policy = "write" }""", AclRules.ParseLegacy("""key "a" { policy = "write" }""").Rules.Single().ToHcl());

    [Theory]
    [InlineData("key_prefix \"a\" {policy=write}", 1, 24, "double quotes")]
    [InlineData("key_prefix \"a\" {\n policy=\"write\"", 1, 16, "never closed")]
    [InlineData("key_prefix 'a' {}", 1, 12, "double quotes")]
    [InlineData("key_prefix \"a {\n}", 1, 12, "never closed")]
    [InlineData("key \"a\\q\" {}", 1, 7, "escape")]
    [InlineData("key \"a\" = {}", 1, 9, "takes no =")]
    [InlineData("operator \"write\"", 1, 17, "{ or =")]
    [InlineData("key \"a\" {};", 1, 11, "no meaning")]
    [InlineData("\uFEFFkey \"a\" {}", 1, 1, "byte order mark")]
    [InlineData("/* x", 1, 1, "never closed")]
    [InlineData("a = <<EOF\nx\n", 1, 5, "never ended")]
    [InlineData("{\n \"key\": }", 2, 9, "JSON")]
    [InlineData("}", 1, 1, "expected")]
    public void Says_where_a_text_breaks(string text, int line, int column, string hint)
    {
        var error = Assert.Throws<AclSyntaxException>(() => AclRules.Parse(text));
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Contains(hint, error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Hcl_and_json_both_give_back_the_rules() =>
        Prop.ForAll(Arb.From(RuleSets.Rules), rules =>
            RuleSets.Plain(AclRules.Parse(RuleSets.ToHcl(rules)).Rules).SequenceEqual(RuleSets.Plain(rules))
            && RuleSets.Plain(AclRules.Parse(RuleSets.ToJson(rules)).Rules).SequenceEqual(RuleSets.Plain(rules)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Any_text_is_read_or_refused_never_more() =>
        Prop.ForAll(Arb.From(Gen.Elements("{", "}", "[", "]", "=", ",", "\"", "\\", "key", "\"a\"", " ", "\n", "<<E\n", "E", "#", "/*", "*/", "${", "1", "-", "policy", "true").ArrayOf().Select(string.Concat)), text =>
        {
            try
            {
                AclRules.Parse(text);
            }
            catch (AclSyntaxException)
            {
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
}
