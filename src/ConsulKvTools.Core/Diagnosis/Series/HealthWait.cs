namespace ConsulKvTools.Diagnosis;

/// <summary>Diagnoses again and again until nothing stands in the way of the write, or the time is over.</summary>
internal static class HealthWait
{
    /// <summary>Time for each diagnosis, unless less is left.</summary>
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(15);

    // A diagnosis with less time than this would say more about the time than about Consul.
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    /// <summary>Waits for health; the last diagnosis tells whether it came.</summary>
    /// <param name="session">The session, usable or not.</param>
    /// <param name="request">What is looked at; its time-out is for the whole wait, above zero.</param>
    /// <param name="interval">From the end of one diagnosis to the start of the next.</param>
    /// <param name="allowDegraded">True takes Degraded for good enough: the write works.</param>
    /// <param name="progress">Told of the probes of the diagnosis under way; null tells nobody.</param>
    /// <param name="ended">Told of each diagnosis as it ends, and of the one before; null before the first.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> fired.</exception>
    public static async Task<ConsulDiagnosis> RunAsync(
        ConsulKvSession session, DiagnosisRequest request, TimeSpan interval, bool allowDegraded, IProgress<DiagnosisProgress>? progress,
        Action<ConsulDiagnosis, ConsulDiagnosis?> ended, CancellationToken cancellation)
    {
        var began = session.Time.GetTimestamp();
        TimeSpan Left() => request.Timeout - session.Time.GetElapsedTime(began);
        ConsulDiagnosis? last = null;
        var left = request.Timeout;
        while (true)
        {
            var diagnosis = await Diagnoser.RunAsync(session, request with { Timeout = left < Each ? left : Each }, progress, cancellation).ConfigureAwait(false);
            ended(diagnosis, last);
            last = diagnosis;
            if (diagnosis.Verdict == DiagnosisVerdict.Healthy || (allowDegraded && diagnosis.Verdict == DiagnosisVerdict.Degraded)) return diagnosis;
            var spare = Left() - Least;
            if (spare <= TimeSpan.Zero) return diagnosis;
            // What began in time may come up until the end: the last look is as late as it can be, however long the interval.
            await Pause.ForAsync(interval < spare ? interval : spare, session.Time, cancellation).ConfigureAwait(false);
            left = Left();
            // Clocks wake late, on a busy machine very late.
            if (left.Ticks < Least.Ticks / 2) return diagnosis;
        }
    }
}
