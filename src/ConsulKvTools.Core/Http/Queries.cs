using ConsulKvTools.Diagnosis;
using ConsulKvTools.Resilience;

namespace ConsulKvTools.Http;

/// <summary>Questions that change nothing: tried again by the session's policy as long as that can help.</summary>
internal static class Queries
{
    /// <summary>Sends a question until <paramref name="isAnswer"/> takes the response, or nothing more can help.</summary>
    /// <exception cref="ConsulException">No answer could be had; the finding says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> fired.</exception>
    public static async Task<ConsulResponse> SendAsync(
        ConsulKvSession session, ConsulRequest request, Func<ConsulResponse, bool> isAnswer, string? key, CancellationToken cancellation)
    {
        var last = await RunAsync(session, async (timeout, token) =>
        {
            var response = await session.Http.SendAsync(request, timeout, token).ConfigureAwait(false);
            return isAnswer(response) ? new Attempt<ConsulResponse>(response, null) : new(null, Classifier.Classify(response, request, session, key).For(session));
        }, request, key, cancellation).ConfigureAwait(false);
        return last.Answer ?? throw ConsulException.From(last.Failure!.Finding);
    }

    /// <summary>As <see cref="SendAsync"/>, but returns once the headers are there; only that part is tried again.</summary>
    public static async Task<ConsulExchange> BeginAsync(
        ConsulKvSession session, ConsulRequest request, Func<ConsulResponse, bool> isAnswer, string? key, CancellationToken cancellation)
    {
        var last = await RunAsync(session, async (timeout, token) =>
        {
            // The deadline of the exchange outlives this attempt, so it must hang on the caller's token only.
            var exchange = await session.Http.BeginAsync(request, timeout, cancellation).ConfigureAwait(false);
            if (exchange.Status == 200) return new Attempt<ConsulExchange>(exchange, null);
            var kept = false;
            try
            {
                var body = await exchange.ReadBodyAsync(64 * 1024).ConfigureAwait(false);
                var whole = new ConsulResponse(exchange.Status, exchange.HttpVersion, exchange.Headers, body, exchange.Timings(), exchange.Mask);
                kept = isAnswer(whole);
                return kept
                    ? new Attempt<ConsulExchange>(exchange, null)
                    : new(null, Classifier.Classify(whole, request, session, key).For(session));
            }
            finally
            {
                if (!kept) exchange.Dispose();
            }
        }, request, key, cancellation).ConfigureAwait(false);
        return last.Answer ?? throw ConsulException.From(last.Failure!.Finding);
    }

    private static async Task<Attempt<T>> RunAsync<T>(
        ConsulKvSession session, Func<TimeSpan, CancellationToken, Task<Attempt<T>>> send, ConsulRequest request, string? key, CancellationToken cancellation)
        where T : class
    {
        var policy = session.RetryPolicy;
        using var total = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        total.CancelAfter(policy.TotalTimeout);
        var last = default(Failure);
        try
        {
            return await session.Executor.RunAsync(async (_, token) =>
            {
                try
                {
                    var attempt = await send(policy.AttemptTimeout, token).ConfigureAwait(false);
                    last = attempt.Failure;
                    return attempt;
                }
                catch (ConsulTransportException broken)
                {
                    last = Classifier.Classify(broken, request, session, key);
                    session.Remember(last);
                    return new Attempt<T>(null, last);
                }
            }, attempt => attempt.Failure?.ToVerdict() ?? default, null, total.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Attempt<T>(null, last ?? Classifier.TotalTimeout(policy.TotalTimeout, request));
        }
        catch (CircuitOpenException open)
        {
            return new Attempt<T>(null, Classifier.CircuitOpen(session, null, open.RetryAfter));
        }
    }

    private sealed record Attempt<T>(T? Answer, Failure? Failure);
}
