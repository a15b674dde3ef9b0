namespace ConsulKvTools.Diagnosis.Reports.Json;

/// <summary>Durations in documents: milliseconds with four decimals, which is every tick of a <see cref="TimeSpan"/>.</summary>
internal static class Milliseconds
{
    public static decimal Of(TimeSpan duration) => duration.Ticks / (decimal)TimeSpan.TicksPerMillisecond;

    public static decimal? Of(TimeSpan? duration) => duration is { } known ? Of(known) : null;

    /// <summary>The duration that was written.</summary>
    /// <exception cref="OverflowException">It is longer than a <see cref="TimeSpan"/> can be.</exception>
    public static TimeSpan Read(decimal milliseconds) => TimeSpan.FromTicks(decimal.ToInt64(decimal.Round(milliseconds * TimeSpan.TicksPerMillisecond)));
}
