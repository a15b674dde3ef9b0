namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>What became of one request, or of waiting without one.</summary>
/// <param name="Ending">How it ended; <see cref="Transport.Ending.Silence"/> when time was up.</param>
/// <param name="Elapsed">From the request, or from the beginning of the wait.</param>
/// <param name="Frame">The whole answer; null when there was none.</param>
internal sealed record IdleAnswer(Ending Ending, TimeSpan Elapsed, HttpFrame? Frame)
{
    public bool IsAnswer => Ending == Ending.Answered;
}
