namespace ConsulKvTools.FaultRun.Checking;

/// <summary>Makes a history that cannot be explained smaller, so that a person can follow it.</summary>
internal static class SmallestHistory
{
    // Each costs a search; what a person cannot read anyhow need not be the smallest there is.
    private const int MaxTries = 200;

    /// <summary>
    /// Leaves out observations as long as what is left cannot be explained either. Leaving one out never makes a history harder to
    /// explain, so what is left is a true witness; leaving out a write could invent a fault.
    /// </summary>
    public static IReadOnlyList<Step> Of(IReadOnlyList<Step> steps, KeyState before, Step impossible)
    {
        var left = steps.OrderBy(step => step.Begin).ToList();
        // Many at once at first: most of a long history has nothing to do with it.
        var tries = 0;
        for (var size = left.Count; size > 0; size /= 2)
        {
            var candidates = left.Where(step => step.IsObservation && !ReferenceEquals(step, impossible)).ToList();
            foreach (var chunk in candidates.Chunk(size))
            {
                if (++tries > MaxTries) return left;
                var gone = new HashSet<Step>(chunk, ReferenceEqualityComparer.Instance);
                var without = left.Where(step => !gone.Contains(step)).ToList();
                if (!Linearizability.Explains(without, before)) left = without;
            }
        }
        return left;
    }
}
