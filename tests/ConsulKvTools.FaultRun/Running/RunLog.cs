using System.Globalization;

namespace ConsulKvTools.FaultRun.Running;

/// <summary>What was done to the cluster and when.</summary>
internal sealed class RunLog(RunClock clock, TextWriter? echo)
{
    private readonly Lock gate = new();
    private readonly List<(long Time, string Text)> lines = [];

    /// <summary>Adds a line.</summary>
    public void Write(string text)
    {
        lock (gate)
        {
            var now = clock.Now;
            lines.Add((now, text));
            echo?.WriteLine(Line(now, text));
        }
    }

    /// <summary>The lines around a stretch of time, two seconds more at each end, and the last one before it.</summary>
    public IReadOnlyList<string> Around(long from, long to)
    {
        lock (gate)
        {
            var before = lines.FindLastIndex(line => line.Time < from - 2 * TimeSpan.TicksPerSecond);
            return lines.Where((line, at) => at >= before && line.Time <= to + 2 * TimeSpan.TicksPerSecond).Select(line => Line(line.Time, line.Text)).ToList();
        }
    }

    /// <summary>A time of the run as text: seconds.</summary>
    public static string Time(long ticks) => (ticks / (double)TimeSpan.TicksPerSecond).ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Line(long time, string text) => $"{Time(time),10} s  {text}";
}
