using System.Text.RegularExpressions;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Hygiene;

/// <summary>Looks for secrets in entries and leaves out those that are known.</summary>
/// <param name="exclude">Keys that are not searched; null for none.</param>
/// <param name="excludeRules">Ids of rules that do not count, with wildcards; null for none.</param>
/// <param name="allowances">Secrets that are accepted.</param>
/// <param name="least">What is less sure is left out.</param>
internal sealed class SecretSearch(IEnumerable<string>? exclude, IEnumerable<string>? excludeRules, IReadOnlyList<SecretAllowance> allowances, SecretConfidence least)
{
    private readonly KeyPatterns keys = new(exclude);
    private readonly Regex[] rules = [.. (excludeRules ?? []).Select(rule => Wildcards.Of(rule, RegexOptions.IgnoreCase))];

    /// <summary>How many values were searched.</summary>
    public long Searched { get; private set; }

    /// <summary>How many places were left out because they are on the allow list.</summary>
    public long Allowed { get; private set; }

    /// <summary>What one value holds.</summary>
    public IEnumerable<ConsulKvSecret> In(string key, byte[] value, string? session, CancellationToken cancellation = default)
    {
        if (keys.Match(key)) yield break;
        Searched++;
        var (line, counted) = (1, 0);
        foreach (var span in SecretScanner.Scan(key, value, cancellation))
        {
            for (; counted < span.Start; counted++)
                if (value[counted] == '\n') line++;
            if (span.Rule.Confidence < least || rules.Any(pattern => pattern.IsMatch(span.Rule.Id))) continue;
            if (allowances.Any(known => known.Fingerprint == span.Fingerprint && known.Keys.IsMatch(key)))
            {
                Allowed++;
                continue;
            }
            yield return new ConsulKvSecret
            {
                Key = key, Rule = span.Rule.Id, Title = span.Rule.Title, Confidence = span.Rule.Confidence, Fingerprint = span.Fingerprint, Offset = span.Start,
                Line = line, JsonPath = span.JsonPath, Length = span.Characters, Remedy = span.Rule.Remedy, Session = session,
            };
        }
    }
}
