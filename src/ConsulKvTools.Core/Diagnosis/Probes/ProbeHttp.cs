using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>One request of a probe, within the time that is left, its failure classified.</summary>
internal static class ProbeHttp
{
    /// <summary>A whole answer to one question; enough for a server that holds requests for 7 s while there is no leader.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(9);

    // Who had less than this for an answer that did not come knows more about the diagnosis' own deadline than about Consul.
    private static readonly TimeSpan FairChance = TimeSpan.FromSeconds(1);

    /// <summary>Exactly one of response and failure is given.</summary>
    public static async Task<(ConsulResponse? Response, Failure? Failure)> SendAsync(
        ProbeContext context, ConsulRequest request, string? key, Func<ConsulResponse, bool> isAnswer, CancellationToken cancellation, TimeSpan? patience = null)
    {
        var first = await SendOnceAsync(context, request, key, isAnswer, cancellation, patience).ConfigureAwait(false);
        // Whoever answered a moment ago and now breaks off has most likely closed a kept connection just as it was used again, which every
        // client has to expect. What probes send changes nothing, so it may be sent again.
        return first.Failure?.Code is "Http.Reset" or "Http.EmptyReply" && context.Facts.Find<HttpFacts>() is not null
            ? await SendOnceAsync(context, request, key, isAnswer, cancellation, patience).ConfigureAwait(false) : first;
    }

    private static async Task<(ConsulResponse? Response, Failure? Failure)> SendOnceAsync(
        ProbeContext context, ConsulRequest request, string? key, Func<ConsulResponse, bool> isAnswer, CancellationToken cancellation, TimeSpan? patience)
    {
        var began = context.Elapsed;
        try
        {
            var response = await context.Session.Http.SendAsync(request, context.TimeFor(patience ?? Patience), cancellation).ConfigureAwait(false);
            return isAnswer(response) ? (response, null) : (null, Classifier.Classify(response, request, context.Session, key).For(context.Session));
        }
        catch (ConsulTransportException broken)
        {
            var failure = Classifier.Classify(broken, request, context.Session, key ?? context.Request.Key);
            if (failure.Code == "Http.ResponseTimeout" && context.Elapsed - began < FairChance)
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
            // The API answered before, so it is not the wrong port: either this one was unlucky, or new connections are turned away.
            if (failure.Code is "Http.Reset" or "Http.EmptyReply" && context.Facts.Find<HttpFacts>() is not null
                && await TurnsNewcomersAwayAsync(context, cancellation).ConfigureAwait(false))
                failure = failure with
                {
                    Finding = ConsulFinding.Create("Limit.HttpMaxConns", ("limit", context.Facts.Find<AgentFacts>()?.MaxConnectionsPerClient),
                        ("text", "one connection is served, a new one is closed before anything was sent on it")),
                };
            // What a text says to do next names the key that was asked for, and the agent.
            return (null, failure.With(("address", context.Session.Address), ("key", (key ?? context.Request.Key) is { } named ? Printable.Text(named) : null)));
        }
    }

    /// <summary>Whether a new connection is closed by the other side although nothing was sent on it.</summary>
    private static async Task<bool> TurnsNewcomersAwayAsync(ProbeContext context, CancellationToken cancellation)
    {
        try
        {
            var connection = await Dialer.DialAsync(context.Session.Target, cancellation).ConfigureAwait(false);
            using (connection.Stream)
            {
                var read = connection.Stream.ReadAsync(new byte[1], 0, 1, cancellation);
                // An agent that has room stays silent until it is asked something.
                return await Task.WhenAny(read, Task.Delay(TimeSpan.FromMilliseconds(250), cancellation)).ConfigureAwait(false) == read
                    && (read.IsFaulted || await read.ConfigureAwait(false) == 0);
            }
        }
        catch (ConsulTransportException)
        {
            return true;
        }
    }
}
