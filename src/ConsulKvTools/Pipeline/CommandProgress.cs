using System.Management.Automation;
using ConsulKvTools.Kv.Progress;

namespace ConsulKvTools.Commands;

/// <summary>PowerShell's progress bar for long work: not before a second has passed, a few times a second at most, taken away at the end.</summary>
/// <param name="activity">What is done.</param>
/// <param name="meter">How far it has come.</param>
/// <param name="write">Shows a record.</param>
internal sealed class CommandProgress(string activity, WorkMeter meter, Action<ProgressRecord> write)
{
    // Each command of a pipeline has a bar of its own.
    private readonly int id = 8501 + (activity.GetHashCode() & 0xfff);

    /// <summary>How far it has come.</summary>
    public WorkMeter Meter { get; } = meter;

    /// <summary>Takes note of work that was done; 0 only looks whether it is time to show something.</summary>
    public void Add(long count)
    {
        if (Meter.Add(count) is not { } status) return;
        write(new ProgressRecord(id, activity, status.Text) { PercentComplete = status.Percent ?? -1, SecondsRemaining = status.Left is { } left ? (int)Math.Min(left.TotalSeconds, int.MaxValue) : -1 });
    }

    /// <summary>Takes the bar away.</summary>
    public void Complete()
    {
        if (Meter.IsShown) write(new ProgressRecord(id, activity, "Done") { RecordType = ProgressRecordType.Completed });
    }
}
