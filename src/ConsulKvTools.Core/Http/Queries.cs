using ConsulKvTools.Diagnosis;
using ConsulKvTools.Resilience;
using ConsulKvTools.Retries;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Http;

/// <summary>Questions that change nothing: tried again by the session's policy as long as that can help.</summary>
internal static class Queries
{
    /// <summary>Sends a question until <paramref name="isAnswer"/> takes the response, or nothing more can help.</summary>
    /// <exception cref="ConsulException">No answer could be had; the finding says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> fired.</exception>
    public static Task<ConsulResponse> SendAsync(
        ConsulKvSession session, ConsulRequest request, Func<ConsulResponse, bool> isAnswer, string? key, CancellationToken cancellation) =>
        SendAsync(session, request, isAnswer, key, null, cancellation);

    /// <summary>As the other, of a read that is counted.</summary>
    public static async Task<ConsulResponse> SendAsync(
        ConsulKvSession session, ConsulRequest request, Func<ConsulResponse, bool> isAnswer, string? key, ReadMeasurement? measurement, CancellationToken cancellation)
    {
        var last = await RunAsync(session, async course =>
        {
            var response = await session.Http.SendAsync(request, course.AttemptTime, cancellation).ConfigureAwait(false);
            return Taken(response, response, isAnswer, course, session, request, key);
        }, request, key, measurement, cancellation).ConfigureAwait(false);
        return last.Answer ?? throw ConsulException.From(last.Failure!.Finding);
    }

    /// <summary>As <see cref="SendAsync(ConsulKvSession, ConsulRequest, Func{ConsulResponse, bool}, string?, ReadMeasurement?, CancellationToken)"/>, but returns once the headers are there; only that part is tried again.</summary>
    public static async Task<ConsulExchange> BeginAsync(
        ConsulKvSession session, ConsulRequest request, Func<ConsulResponse, bool> isAnswer, string? key, ReadMeasurement? measurement, CancellationToken cancellation)
    {
        var last = await RunAsync(session, async course =>
        {
            var exchange = await session.Http.BeginAsync(request, course.AttemptTime, cancellation).ConfigureAwait(false);
            if (exchange.Status == 200) return new Attempt<ConsulExchange>(exchange, null);
            var kept = false;
            try
            {
                var body = await exchange.ReadBodyAsync(64 * 1024).ConfigureAwait(false);
                var whole = new ConsulResponse(exchange.Status, exchange.HttpVersion, exchange.Headers, body, exchange.Timings(), exchange.Mask);
                var taken = Taken(exchange, whole, isAnswer, course, session, request, key);
                kept = taken.Answer is not null;
                return taken;
            }
            finally
            {
                if (!kept) exchange.Dispose();
            }
        }, request, key, measurement, cancellation).ConfigureAwait(false);
        return last.Answer ?? throw ConsulException.From(last.Failure!.Finding);
    }

    /// <summary>What an answer that came is for the caller. One that may be owed to a token too new for the agent is both: the truth, and a reason to ask again.</summary>
    private static Attempt<T> Taken<T>(
        T answer, ConsulResponse response, Func<ConsulResponse, bool> isAnswer, RetryCourse course, ConsulKvSession session, ConsulRequest request, string? key)
        where T : class
    {
        var takes = isAnswer(response);
        if (takes && !(response.Status == 403 && course.IsTokenGrace)) return new Attempt<T>(answer, null);
        var failure = Classifier.Classify(response, request, session, key).For(session);
        return new Attempt<T>(takes ? answer : null, failure);
    }

    private static async Task<Attempt<T>> RunAsync<T>(
        ConsulKvSession session, Func<RetryCourse, Task<Attempt<T>>> send, ConsulRequest request, string? key, ReadMeasurement? measurement, CancellationToken cancellation)
        where T : class
    {
        var began = session.Time.GetTimestamp();
        var tries = 0;
        var last = await TryAsync(session, course =>
        {
            tries++;
            return send(course);
        }, request, key, measurement, cancellation).ConfigureAwait(false);
        if (!request.IsWrite && key is not null) session.Drill?.Asked(key, last.Answer is null ? last.Failure!.Finding.Code : null, began, Math.Max(0, tries - 1));
        return last;
    }

    private static async Task<Attempt<T>> TryAsync<T>(
        ConsulKvSession session, Func<RetryCourse, Task<Attempt<T>>> send, ConsulRequest request, string? key, ReadMeasurement? measurement, CancellationToken cancellation)
        where T : class
    {
        var course = new RetryCourse(session);
        // Of this flow only: whoever called keeps its own.
        if (measurement?.Span is { } span) System.Diagnostics.Activity.Current = span;
        try
        {
            var run = await session.Executor.RunAsync(async (_, _) =>
            {
                var time = course.AttemptTime;
                try
                {
                    return await send(course).ConfigureAwait(false);
                }
                catch (ConsulTransportException broken)
                {
                    var failure = Classifier.Classify(broken, request, session, key);
                    session.Remember(failure);
                    if (LeaderHold.MayHide(failure, time))
                        failure = await LeaderHold.AskAsync(session, failure, course.Left, cancellation).ConfigureAwait(false) ?? failure;
                    return new Attempt<T>(null, failure);
                }
            }, attempt => attempt.Failure is { } failure ? course.Judge(failure, failure.Retry != RetryAdvice.Never) : default,
            (attempt, pause) =>
            {
                if (!course.MayPause(pause)) return false;
                if (measurement is not null) measurement.Retries++;
                session.Observer?.TriedAgain($"{request.Method} {Printable.Text(key ?? request.Path, 200)}", attempt.Failure, course.Again(pause));
                (attempt.Answer as IDisposable)?.Dispose();
                return true;
            }, cancellation).ConfigureAwait(false);
            return run.Last;
        }
        catch (CircuitOpenException open)
        {
            return new Attempt<T>(null, Classifier.CircuitOpen(session, key, open.RetryAfter));
        }
    }

    /// <summary>At least one of them is there.</summary>
    private sealed record Attempt<T>(T? Answer, Failure? Failure);
}
