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
    public IReadOnlyList<Regex> Exclude { get; init; } = [];

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
}
