namespace ConsulKvTools.Cli.Json;

/// <summary>A key in which two sides differ. Secrets in the values are hidden.</summary>
internal sealed record DifferenceRow(
    string Name, ConsulKvDifferenceKind Kind, string ReferenceKey, string Key, string? ReferenceValue, string? DifferenceValue, int? ReferenceSize, int? DifferenceSize,
    ulong? ReferenceFlags, ulong? DifferenceFlags, IReadOnlyList<string> Changes)
{
    public static DifferenceRow Of(ConsulKvDifference one) => new(
        one.Name, one.Kind, one.ReferenceKey, one.Key, one.ReferenceValue, one.DifferenceValue, one.ReferenceSize, one.DifferenceSize, one.ReferenceFlags, one.DifferenceFlags, one.Changes);
}
