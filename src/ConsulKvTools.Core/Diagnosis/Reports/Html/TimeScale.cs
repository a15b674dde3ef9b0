namespace ConsulKvTools.Diagnosis.Reports.Html;

/// <summary>An axis of time from zero: where a moment lies on it, and where its marks are.</summary>
internal sealed class TimeScale
{
    private const int MostMarks = 4;

    private readonly double end;

    /// <summary>An axis that holds everything up to <paramref name="longest"/>.</summary>
    public TimeScale(TimeSpan longest)
    {
        end = Math.Max(longest.TotalMilliseconds, 0.1);
        var rough = end / MostMarks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = new[] { 1, 2, 2.5, 5, 10 }.Select(factor => factor * power).First(candidate => candidate >= rough * 0.999);
        Marks = Enumerable.Range(0, MostMarks + 1).Select(index => TimeSpan.FromTicks((long)(index * step * TimeSpan.TicksPerMillisecond))).Where(mark => mark.TotalMilliseconds <= end * 1.0001).ToArray();
    }

    /// <summary>Round times, zero first.</summary>
    public IReadOnlyList<TimeSpan> Marks { get; }

    /// <summary>Where a time lies, 0 to 1.</summary>
    public double At(TimeSpan time) => Math.Min(1, Math.Max(0, time.TotalMilliseconds / end));
}
