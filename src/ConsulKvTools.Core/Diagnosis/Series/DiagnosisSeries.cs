namespace ConsulKvTools.Diagnosis;

/// <summary>Runs one diagnosis after the other, for faults that come and go.</summary>
internal static class DiagnosisSeries
{
    /// <summary>The most diagnoses one series may have: they are all kept.</summary>
    public const int Longest = 10_000;

    /// <summary>Diagnoses so often. Stopped half-way it gives what there is, if there is one diagnosis at least.</summary>
    /// <param name="session">The session, usable or not.</param>
    /// <param name="request">What each diagnosis looks at; its time-out is for each.</param>
    /// <param name="count">How many, 1 to <see cref="Longest"/>.</param>
    /// <param name="interval">From the end of one to the start of the next.</param>
    /// <param name="progress">Told of the probes of the diagnosis under way; null tells nobody.</param>
    /// <param name="ended">Told of each diagnosis as it ends, with its number from 1 on.</param>
    /// <param name="cancellation">Stops the series.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> fired before the first diagnosis had ended.</exception>
    /// <exception cref="ConsulException">A number is out of range.</exception>
    public static async Task<ConsulDiagnosisSeries> RunAsync(
        ConsulKvSession session, DiagnosisRequest request, int count, TimeSpan interval, IProgress<DiagnosisProgress>? progress,
        Action<int, ConsulDiagnosis> ended, CancellationToken cancellation)
    {
        if (count is < 1 or > Longest)
            throw ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", "-Count"), ("problem", $"{count} is not from 1 to {Longest}")));
        var diagnoses = new List<ConsulDiagnosis>();
        try
        {
            while (true)
            {
                diagnoses.Add(await Diagnoser.RunAsync(session, request, progress, cancellation).ConfigureAwait(false));
                ended(diagnoses.Count, diagnoses[diagnoses.Count - 1]);
                if (diagnoses.Count == count) break;
                await Pause.ForAsync(interval, session.Time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested && diagnoses.Count > 0)
        {
            // What was seen so far is worth having.
        }
        return SeriesSummary.Of(diagnoses, count);
    }
}
