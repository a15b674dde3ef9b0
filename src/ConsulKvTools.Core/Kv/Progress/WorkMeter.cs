using System.Globalization;

namespace ConsulKvTools.Kv.Progress;

/// <summary>How far long work has come: counts, and says now and then what to show of it. Work that is over within a second says nothing.</summary>
/// <param name="time">The clock.</param>
/// <param name="total">How much there is to do; null when that is not known.</param>
internal sealed class WorkMeter(TimeProvider time, long? total = null)
{
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Stalled = TimeSpan.FromSeconds(2);

    private readonly long began = time.GetTimestamp();
    private long moved = time.GetTimestamp();
    private long last;

    /// <summary>What is done so far.</summary>
    public long Done { get; private set; }

    /// <summary>How much there is to do; null when that is not known.</summary>
    public long? Total { get; set; } = total;

    /// <summary>True once something was shown, which has to be taken away at the end.</summary>
    public bool IsShown => last != 0;

    /// <summary>Since the beginning.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(began);

    /// <summary>Done in a second, on the average of all the time; 0 while nothing is done.</summary>
    public double Rate => Elapsed.TotalSeconds is > 0 and var seconds ? Done / seconds : 0;

    /// <summary>Counts, and says what to show if it is time for that; null when it is not.</summary>
    public WorkStatus? Add(long count)
    {
        Done += count;
        var now = time.GetTimestamp();
        if (count > 0) moved = now;
        if (time.GetElapsedTime(began, now) < Silent || (last != 0 && time.GetElapsedTime(last, now) < Between)) return null;
        last = now;
        return Status(now);
    }

    private WorkStatus Status(long now)
    {
        var text = Done == 0 ? "waiting for the first answer"
            : string.Format(CultureInfo.InvariantCulture, Total is null ? "{0:N0} done, {2:N0} a second" : "{0:N0} of {1:N0}, {2:N0} a second", Done, Total, Rate);
        var still = time.GetElapsedTime(moved, now);
        if (still > Stalled) text += string.Format(CultureInfo.InvariantCulture, Done == 0 ? " for {0:0} s" : ", nothing for {0:0} s", still.TotalSeconds);
        if (Total is not > 0 || Done == 0) return new WorkStatus(text, null, null);
        var share = Math.Min(1, Done / (double)Total.Value);
        return new WorkStatus(text, (int)(share * 100), TimeSpan.FromSeconds(Math.Max(0, Total.Value - Done) / Rate));
    }
}
