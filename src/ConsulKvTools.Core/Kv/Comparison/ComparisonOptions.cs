using System.Text.RegularExpressions;

namespace ConsulKvTools.Kv.Comparison;

/// <summary>What counts as a difference.</summary>
internal sealed record ComparisonOptions
{
    /// <summary>True: JSON that says the same is the same, however it is written.</summary>
    public bool Semantic { get; init; }

    /// <summary>True: keys that are the same are given too.</summary>
    public bool IncludeEqual { get; init; }

    /// <summary>True: flags do not count.</summary>
    public bool IgnoreFlags { get; init; }

    /// <summary>Names that are passed over.</summary>
    public KeyPatterns Exclude { get; init; } = KeyPatterns.None;

    /// <summary>Parts of values that do not count.</summary>
    public IReadOnlyList<Regex> ExcludeValue { get; init; } = [];

    /// <summary>Makes the patterns of <see cref="ExcludeValue"/>.</summary>
    /// <exception cref="ConsulException">One is no regular expression.</exception>
    public static Regex[] Patterns(IEnumerable<string>? patterns, string source) => [.. (patterns ?? []).Select(pattern =>
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        }
        catch (ArgumentException)
        {
            throw ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", source), ("problem", $"'{Printable.Text(pattern, 80)}' is no regular expression")));
        }
    })];

    /// <summary>A pattern that is not done with a value in its time.</summary>
    public static ConsulException TooSlow(Regex pattern, string key)
    {
        var problem = $"The pattern '{Printable.Text(pattern.ToString(), 80)}' is not done with the value of {Printable.Text(key, 200)} after {pattern.MatchTimeout.TotalSeconds:0.##} s";
        return ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", nameof(ExcludeValue)), ("problem", problem)) with
        {
            Title = problem,
            Cause = "A pattern such as (a+)+$ can match one text in very many ways, and all are tried. Nothing was written.",
            Remedy = "Write the pattern so that one repetition does not stand in another.",
        });
    }
}
