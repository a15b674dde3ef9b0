namespace ConsulKvTools.Benchmarks.Measuring;

/// <summary>What this product must reach in one respect, and what it reached.</summary>
/// <param name="Text">What is promised.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Bound">The promise as a number.</param>
/// <param name="AtLeast">True when more is better.</param>
/// <param name="Unit">Unit of both numbers; × for ratios.</param>
internal sealed record Target(string Text, double Measured, double Bound, bool AtLeast, string Unit)
{
    public bool IsMet => AtLeast ? Measured >= Bound : Measured <= Bound;

    /// <summary>How far from the bound, as a factor of at least 1: how much to spare when met, how much is lacking when missed.</summary>
    public double Factor => (Measured >= Bound ? Measured / Bound : Bound / Measured);

    /// <summary>More is better: this much of a peer's rate, or more.</summary>
    public static Target Ratio(string text, Sample own, Sample peer, double bound) => new(text, own.Median / peer.Median, bound, true, "×");

    /// <summary>Less is better: this multiple of a peer's time, or less.</summary>
    public static Target TimeRatio(string text, Sample own, Sample peer, double bound) => new(text, own.Median / peer.Median, bound, false, "×");

    /// <summary>Less is better: this much at most.</summary>
    public static Target Most(string text, double measured, double bound, string unit) => new(text, measured, bound, false, unit);
}
