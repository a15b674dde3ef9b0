namespace ConsulKvTools.Diagnosis;

/// <summary>Keeps track of the probes of one diagnosis for whoever wants to watch. Thread-safe; tells one thing at a time.</summary>
internal sealed class DiagnosisWatch(IProgress<DiagnosisProgress>? watcher, ProbeContext context, int total)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly object gate = new();
    private readonly List<(IProbe Probe, string Doing, TimeSpan Since)> running = [];
    private int done;

    /// <summary>A probe begins.</summary>
    public void Begins(IProbe probe)
    {
        if (watcher is null) return;
        lock (gate)
        {
            running.Add((probe, ProbeActivity.Of(probe, context), context.Elapsed));
            Tell(null);
        }
    }

    /// <summary>A probe has ended, or was skipped.</summary>
    public void Ended(IProbe probe, ProbeResult result)
    {
        if (watcher is null) return;
        lock (gate)
        {
            running.RemoveAll(other => other.Probe == probe);
            done++;
            Tell(result);
        }
    }

    /// <summary>Tells every second what is under way, until <paramref name="work"/> has ended.</summary>
    public async Task UntilAsync(Task work)
    {
        if (watcher is null) return;
        while (!work.IsCompleted)
        {
            using var stop = new CancellationTokenSource();
            await Task.WhenAny(work, Task.Delay(Tick, stop.Token)).ConfigureAwait(false);
            stop.Cancel();
            if (work.IsCompleted) return;
            lock (gate) Tell(null);
        }
    }

    private void Tell(ProbeResult? ended)
    {
        var now = context.Elapsed;
        watcher!.Report(new DiagnosisProgress(now, done, total,
            running.OrderBy(row => row.Probe.Layer).Select(row => new ProbeUnderWay(row.Probe.Name, row.Doing, now - row.Since)).ToArray(), ended));
    }
}
