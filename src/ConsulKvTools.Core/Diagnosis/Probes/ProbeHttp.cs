using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>One request of a probe: tried once, within the time that is left, its failure classified.</summary>
internal static class ProbeHttp
{
    /// <summary>A whole answer to one question; enough for a server that holds requests for 7 s while there is no leader.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(9);

    /// <summary>Exactly one of response and failure is given.</summary>
    public static async Task<(ConsulResponse? Response, Failure? Failure)> SendAsync(
        ProbeContext context, ConsulRequest request, string? key, Func<ConsulResponse, bool> isAnswer, CancellationToken cancellation)
    {
        try
        {
            var response = await context.Session.Http.SendAsync(request, context.TimeFor(Patience), cancellation).ConfigureAwait(false);
            return isAnswer(response) ? (response, null) : (null, Classifier.Classify(response, request, request.SendToken && context.Session.HasToken, key));
        }
        catch (ConsulTransportException broken)
        {
            return (null, Classifier.Classify(broken, request));
        }
    }
}
