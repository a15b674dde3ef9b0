namespace ConsulKvTools.Diagnosis;

/// <summary>Runs the probes and names the root cause.</summary>
internal static class Diagnoser
{
    /// <summary>Diagnoses a session.</summary>
    /// <param name="session">The session, usable or not.</param>
    /// <param name="request">What is to be written.</param>
    /// <param name="progress">Told of each probe as it ends; null tells nobody.</param>
    /// <param name="cancellation">Stops the diagnosis.</param>
    public static Task<ConsulDiagnosis> RunAsync(ConsulKvSession session, DiagnosisRequest request, IProgress<ProbeResult>? progress, CancellationToken cancellation) =>
        throw new NotSupportedException();
}
