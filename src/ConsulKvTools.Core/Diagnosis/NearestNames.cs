namespace ConsulKvTools.Diagnosis;

/// <summary>Finds what somebody may have meant.</summary>
internal static class NearestNames
{
    /// <summary>The nearest of <paramref name="candidates"/>, best first; empty when none is near.</summary>
    public static IReadOnlyList<string> Of(string typed, IEnumerable<string> candidates, int most) =>
        candidates.Select(candidate => (candidate, cost: Cost(typed, candidate)))
            .Where(pair => pair.cost <= Math.Max(2, typed.Length / 3))
            .OrderBy(pair => pair.cost).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Select(pair => pair.candidate).Distinct().Take(most).ToArray();

    // A part of the name counts as one slip: "PermissionDenied" means Acl.PermissionDenied.
    private static int Cost(string typed, string candidate) =>
        typed.Length >= 4 && candidate.IndexOf(typed, StringComparison.OrdinalIgnoreCase) >= 0 ? 1 : EditDistance.Between(typed.ToLowerInvariant(), candidate.ToLowerInvariant());
}
