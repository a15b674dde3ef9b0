using ConsulKvTools.Benchmarks.Measuring;

namespace ConsulKvTools.Benchmarks.Report;

/// <summary>Contenders and what they reached.</summary>
/// <param name="Unit">Unit of the samples.</param>
/// <param name="Rows">Contender and sample, in the order to show.</param>
/// <param name="Reference">The contender the ratios refer to; null shows none.</param>
internal sealed record ResultTable(string Unit, IReadOnlyList<KeyValuePair<string, Sample>> Rows, string? Reference)
{
    public static ResultTable Of(string unit, IReadOnlyDictionary<string, Sample> samples, string? reference) => new(unit, [.. samples], reference);
}
