namespace ConsulKvTools.FaultRun.Checking;

/// <summary>What the checker found.</summary>
/// <param name="Impossible">The step that no order explains; null when all is explained.</param>
/// <param name="Before">The key before <paramref name="History"/>.</param>
/// <param name="History">A small part of the history that shows it, in the order in which it began; empty when all is explained.</param>
internal sealed record LinearizabilityResult(Step? Impossible, KeyState Before, IReadOnlyList<Step> History)
{
    /// <summary>There is an order.</summary>
    public static LinearizabilityResult Explained { get; } = new(null, KeyState.Missing, []);

    /// <summary>True when there is an order.</summary>
    public bool IsLinearizable => Impossible is null;
}
