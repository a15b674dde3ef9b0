namespace ConsulKvTools.Logs;

/// <summary>Which lines of a log count, and what is slow.</summary>
internal sealed record LogSearchRequest
{
    /// <summary>Lines before it do not count; null for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Lines after it do not count; null for all.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Lines below it do not count. One that says no level is as grave as the line that it continues; what a rule knows counts without any.</summary>
    public ConsulLogLevel Level { get; init; }

    /// <summary>Codes that are told, with <c>*</c> at the end for all that begin so; empty for all.</summary>
    public IReadOnlyList<string> Codes { get; init; } = [];

    /// <summary>A write that takes as long is slow.</summary>
    public TimeSpan SlowWrite { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>True when a code is to be told.</summary>
    public bool Wants(string code) => Codes.Count == 0 || Codes.Any(wanted => Means(wanted, code));

    /// <summary>Those of <see cref="Codes"/> that no finding has: with them nothing would ever be found.</summary>
    public IEnumerable<string> CodesOfNothing => Codes.Where(wanted => !FindingCatalogue.All.Any(row => Means(wanted, row.Code)));

    private static bool Means(string wanted, string code) =>
        wanted.EndsWith("*", StringComparison.Ordinal) ? code.StartsWith(wanted.Substring(0, wanted.Length - 1), StringComparison.OrdinalIgnoreCase) : code.Equals(wanted, StringComparison.OrdinalIgnoreCase);
}
