using System.Diagnostics;

namespace ConsulKvTools.FaultRun.Running;

/// <summary>The run's time: ticks of 100 ns since it began, the same for all clients.</summary>
internal sealed class RunClock
{
    private readonly long began = Stopwatch.GetTimestamp();

    /// <summary>Now.</summary>
    public long Now => Stopwatch.GetElapsedTime(began).Ticks;
}
