using System.Text.Json;
using System.Text.RegularExpressions;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Hygiene;

/// <summary>All kinds of secrets, from <c>secret-rules.json</c>: where two match the same text, the first counts.</summary>
internal static class SecretRules
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly Lazy<SecretRule[]> Rows = new(Read);
    private static readonly Lazy<SecretPattern[]> Compiled = new(() => [.. Rows.Value.Select(rule => new SecretPattern(rule, Of(rule.Pattern), Of(rule.Document), Of(rule.Names is null ? null : $@"\A(?:{rule.Names})\z"), Of(rule.Value)))]);
    private static readonly Lazy<WordSearch> Search = new(() => new WordSearch(Rows.Value.SelectMany((rule, number) => rule.Words.Select(word => (word, number)))));

    /// <summary>The rules, in the order in which they count.</summary>
    public static IReadOnlyList<SecretRule> All => Rows.Value;

    /// <summary>The same with their patterns.</summary>
    public static SecretPattern[] Patterns => Compiled.Value;

    /// <summary>Finds the rules whose words are in a text.</summary>
    public static WordSearch Words => Search.Value;

    /// <summary>The rule of an id; null when there is none.</summary>
    public static SecretRule? Find(string id) => Array.Find(Rows.Value, rule => rule.Id == id);

    private static Regex? Of(string? pattern) => pattern is null ? null : new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Singleline, Longest);

    private static SecretRule[] Read()
    {
        using var stream = typeof(SecretRules).Assembly.GetManifestResourceStream("secret-rules.json")!;
        return JsonSerializer.Deserialize(stream, SecretRuleJson.Default.SecretRuleArray)!;
    }
}
