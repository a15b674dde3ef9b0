namespace ConsulKvTools.Diagnosis;

/// <summary>What the caller does not want to count: marked where it is found, and looked over afterwards.</summary>
internal static class Suppressions
{
    /// <summary>The probe's result with every finding marked that a suppression matches.</summary>
    public static ProbeResult Mark(this IReadOnlyList<FindingSuppression> suppressions, ProbeResult result, string address, string? key) =>
        suppressions.Count == 0 || result.Findings.Count == 0 ? result : result with
        {
            Findings = result.Findings.Select(finding =>
                suppressions.FirstOrDefault(suppression => suppression.Matches(finding, address, key)) is { } match ? finding with { SuppressedBy = match.Text } : finding).ToArray(),
        };

    /// <summary>The suppressions that matched nothing: a fault that is gone, or a slip in the target.</summary>
    public static IEnumerable<FindingSuppression> Unused(this IReadOnlyList<FindingSuppression> suppressions, ConsulDiagnosis diagnosis) =>
        suppressions.Where(suppression => !diagnosis.Findings.Any(finding => suppression.Matches(finding, diagnosis.Target, diagnosis.Key)));
}
