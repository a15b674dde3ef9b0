namespace ConsulKvTools;

/// <summary>When a limit will be reached if all goes on as it did.</summary>
/// <remarks>
/// The growth is the Theil–Sen slope: the median of the slopes between all pairs of measurements, which outliers hardly move. Where twenty measurements or more
/// scatter about a line (Durbin–Watson of 1.6 or more), the interval is made of Sen's interval of that slope and of how far the measurements lie off the
/// line; elsewhere it is the wider of that and the interval of a random walk with drift from the last one. In simulations of lines with scatter, walks and
/// what lies between them it held 92 to 100 times in a hundred. After a step only what came since counts, and nothing is said beyond four
/// times the span of what counts.
/// </remarks>
public sealed record ConsulKvForecast
{
    /// <summary>What the limit is of: <see cref="ConsulKvLimit.StoredBytes"/> or <see cref="ConsulKvLimit.Keys"/>.</summary>
    public required ConsulKvLimit Limit { get; init; }

    /// <summary>The limit, in bytes or keys; null when none was given, and only the growth is told.</summary>
    public required long? Maximum { get; init; }

    /// <summary>What can be said.</summary>
    public required ConsulKvForecastState State { get; init; }

    /// <summary>When it is expected; null unless <see cref="State"/> is <see cref="ConsulKvForecastState.Expected"/>.</summary>
    public DateTimeOffset? Expected { get; init; }

    /// <summary>Not before this, by a 95 % interval; null when nothing can be said.</summary>
    public DateTimeOffset? Earliest { get; init; }

    /// <summary>By then, by a 95 % interval; null when it may be never, or lies too far ahead.</summary>
    public DateTimeOffset? Latest { get; init; }

    /// <summary>
    /// True when <see cref="State"/> is <see cref="ConsulKvForecastState.NotBefore"/> and yet the limit may be reached within 90 days: the 95 % interval, drawn on beyond what the
    /// history tells, holds it by then.
    /// </summary>
    public bool MayBeSoon { get; init; }

    /// <summary>Growth in a day, in bytes or keys; null with too little history.</summary>
    public double? GrowthPerDay { get; init; }

    /// <summary>Measurements the forecast rests on.</summary>
    public required int Points { get; init; }

    /// <summary>From when on measurements count; null with too little history. Later than the history's first after a step.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>How it was made, in a sentence.</summary>
    public required string Method { get; init; }

    /// <summary>What it says, in a sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>What is expected from the last measurement on, for the plot; empty after a way through a file.</summary>
    internal IReadOnlyList<(DateTimeOffset Time, double Value, double Low, double High)> Band { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Sentence;
}
