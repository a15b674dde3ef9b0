using System.Text;
using System.Text.Json;
using ConsulKvTools.Acl.Rules;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Acl;

/// <summary>Made-up rules, and the two ways to write them down.</summary>
internal static class RuleSets
{
    private static readonly string[] Stanzas = ["key", "key_prefix", "key", "key_prefix", "session", "session_prefix", "node_prefix", "service", "agent_prefix"];

    /// <summary>Few letters, so that segments overlap, and some that are hard to write.</summary>
    public static Gen<string> Segment { get; } =
        Gen.Frequency(
            (8, Gen.Elements("", "a", "b", "A", "/", "a/", "aa", "a/b", "*")),
            (1, Gen.Elements("\"", "\\", "${", "}", "é", "😀", "\t", "\n", "#", "//", " ", "\u0001")))
        .ArrayOf().Where(parts => parts.Length <= 4).Select(string.Concat);

    public static Gen<AclRule> Rule { get; } =
        from stanza in Gen.Elements(Stanzas)
        from segment in Segment
        from policy in Gen.Elements(stanza.StartsWith("key", StringComparison.Ordinal) ? ["deny", "read", "list", "write", "write"] : new[] { "deny", "read", "write" })
        select new AclRule(stanza, segment, policy);

    public static Gen<AclRule[]> Rules { get; } = Gen.Choose(0, 9).SelectMany(count => Rule.ArrayOf(count));

    /// <summary>As people write it: some on one line, some with comments between.</summary>
    public static string ToHcl(IEnumerable<AclRule> rules)
    {
        var text = new StringBuilder("# made up\n");
        var count = 0;
        foreach (var rule in rules)
        {
            text.Append((count++ % 3) switch
            {
                0 => rule.ToHcl() + "\n",
                1 => $"{rule.Stanza.ToUpperInvariant()} {AclRule.Quote(rule.Segment)} {{ // why\n\tpolicy = \"{rule.Policy}\",\n}}\n",
                _ => $"/* {{ */ \"{rule.Stanza}\" {{ {AclRule.Quote(rule.Segment)} = {{ policy = \"read\" policy = \"{rule.Policy}\" }} }} ",
            });
        }
        return text.ToString();
    }

    /// <summary>As JSON, with or without the lists that HCL 1 takes for objects that come more than once.</summary>
    public static string ToJson(IEnumerable<AclRule> rules, bool lists = false)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, SkipValidation = true }))
        {
            json.WriteStartObject();
            foreach (var rule in rules)
            {
                if (lists) json.WriteStartArray(rule.Stanza);
                if (lists) json.WriteStartObject();
                else json.WriteStartObject(rule.Stanza);
                if (lists) json.WriteStartArray(rule.Segment);
                if (lists) json.WriteStartObject();
                else json.WriteStartObject(rule.Segment);
                json.WriteString("policy", rule.Policy);
                json.WriteEndObject();
                if (lists) json.WriteEndArray();
                json.WriteEndObject();
                if (lists) json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>The rules without their places, to compare.</summary>
    public static IEnumerable<(string, string, string)> Plain(IEnumerable<AclRule> rules) => rules.Select(rule => (rule.Stanza, rule.Segment, rule.Policy));
}
