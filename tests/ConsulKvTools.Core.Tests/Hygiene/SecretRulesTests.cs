using System.Text;
using ConsulKvTools.Hygiene;

namespace ConsulKvTools.Tests.Hygiene;

public sealed class SecretRulesTests
{
    private const int Draws = 40;

    public static TheoryData<string, string> Matching => Examples(rule => rule.Matches);

    public static TheoryData<string, string> NotMatching => Examples(rule => rule.Others);

    [Theory]
    [MemberData(nameof(Matching))]
    public void A_rule_finds_its_examples_whatever_the_random_parts_are(string id, string example)
    {
        // Entropy is a matter of luck: a drawn key may, rarely, not look random.
        var least = id == "high-entropy" || id == "named-secret" ? Draws * 9 / 10 : Draws;
        var missed = Enumerable.Range(1, Draws).Select(seed => SecretExample.Make(example, seed)).Where(value => !RulesIn(value).Contains(id)).ToArray();
        Assert.True(Draws - missed.Length >= least, $"{id} is not found in {missed.Length} of {Draws}, such as {(missed.Length == 0 ? "" : Encoding.Latin1.GetString(missed[0]))}; found: {(missed.Length == 0 ? "" : string.Join(", ", RulesIn(missed[0])))}");
    }

    [Theory]
    [MemberData(nameof(NotMatching))]
    public void A_rule_leaves_alone_what_only_looks_like_it(string id, string example)
    {
        // A checksum of 32 bits and a drawn text agree once in four thousand million.
        var found = Enumerable.Range(1, Draws).Select(seed => SecretExample.Make(example, seed)).Where(value => RulesIn(value).Contains(id)).ToArray();
        Assert.True(found.Length == 0, found.Length == 0 ? "" : $"{id} is found in {Encoding.Latin1.GetString(found[0])}");
    }

    [Fact]
    public void Every_rule_has_examples_of_both_kinds_a_remedy_and_an_id_of_its_own()
    {
        Assert.True(SecretRules.All.Count > 40);
        Assert.Equal(SecretRules.All.Count, SecretRules.All.Select(rule => rule.Id).Distinct().Count());
        Assert.All(SecretRules.All, rule =>
        {
            Assert.NotEmpty(rule.Matches);
            Assert.NotEmpty(rule.Others);
            Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", rule.Id);
            Assert.EndsWith(".", rule.Remedy);
            Assert.True(rule.Title.Length < 70, rule.Title);
            Assert.All(rule.Words, word => Assert.Equal(word.ToLowerInvariant(), word));
            Assert.True(rule.Pattern is null || rule.Words.Length > 0 || rule.Check == "Bytes", $"{rule.Id} would be tried on every text.");
            Assert.True(rule.Pattern is not null || rule.Names is not null || rule.Check == "Entropy", rule.Id);
        });
    }

    [Fact]
    public void The_rules_file_holds_nothing_that_its_own_rules_take_for_a_secret_of_a_shape()
    {
        using var stream = typeof(SecretRules).Assembly.GetManifestResourceStream("secret-rules.json")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        var shapes = SecretRules.All.Where(rule => rule.Words.Length > 0 && rule.Check is "Base62Crc32" or "JsonWebToken" or "Random").Select(rule => rule.Id).ToHashSet();
        Assert.DoesNotContain(SecretScanner.Scan("rules", memory.ToArray()), span => shapes.Contains(span.Rule.Id));
    }

    [Fact]
    public void The_checksum_of_GitHub_is_that_of_a_token_which_GitHub_revoked()
    {
        Assert.Equal("0mLq17", SecretChecks.ChecksumOf("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"));
    }

    private static HashSet<string> RulesIn(byte[] value) => [.. SecretScanner.Scan("app/settings", value).Select(span => span.Rule.Id)];

    private static TheoryData<string, string> Examples(Func<SecretRule, string[]> of)
    {
        var data = new TheoryData<string, string>();
        foreach (var rule in SecretRules.All)
            foreach (var example in of(rule)) data.Add(rule.Id, example);
        return data;
    }
}
