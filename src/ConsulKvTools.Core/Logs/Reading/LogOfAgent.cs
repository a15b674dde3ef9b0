using System.Diagnostics;
using System.Text;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Logs.Reading;

/// <summary>Listens to an agent's log as it is written: <c>GET /v1/agent/monitor</c>, which needs <c>agent:read</c>.</summary>
internal static class LogOfAgent
{
    private const int Block = 16 * 1024;
    private const int LongestLine = 1024 * 1024;

    /// <summary>Listens until the time is over.</summary>
    /// <param name="session">The session.</param>
    /// <param name="level">The least grave lines that are asked for.</param>
    /// <param name="duration">How long; null until it is stopped.</param>
    /// <param name="search">Takes the lines.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">The agent cannot be reached or refuses.</exception>
    public static async Task ListenAsync(ConsulKvSession session, ConsulLogLevel level, TimeSpan? duration, LogSearch search, CancellationToken cancellation)
    {
        var source = new LogSource(session.Address, session.Time.GetUtcNow(), hasNumbers: false) { WayOn = "A longer -Duration or -Level Debug hears more." };
        // An agent that has nothing to say does not even begin its answer. Whether it is there is told by any answer to a question for which it asks no server.
        await session.Http.SendAsync(ConsulRequest.Get("/") with { SendScope = false, SendToken = false }, session.RetryPolicy.AttemptTimeout, cancellation).ConfigureAwait(false);
        using var limit = Deadline.In(duration ?? Timeout.InfiniteTimeSpan, cancellation);
        var request = ConsulRequest.Get("/v1/agent/monitor", "loglevel=" + (level == ConsulLogLevel.None ? "info" : level.ToString().ToLowerInvariant())) with { SendScope = false };
        try
        {
            using var exchange = await session.Http.BeginAsync(request, duration ?? TimeSpan.FromDays(20), limit.Token).ConfigureAwait(false);
            if (exchange.Status != 200)
            {
                var answer = new ConsulResponse(exchange.Status, exchange.HttpVersion, exchange.Headers, await exchange.ReadBodyAsync(64 * 1024).ConfigureAwait(false), exchange.Timings(), exchange.Mask);
                // The refusal is of no key, so what is said of keys would mislead.
                if (exchange.Status == 403) throw ConsulException.From(ConsulFinding.Create("Log.SourceUnusable", ("file", "of the agent at " + session.Address), ("problem", "the token has no agent:read there (403)")));
                throw ConsulException.From(Classifier.Classify(answer, request, session, null).Finding);
            }
            var read = await exchange.OpenBodyAsync().ConfigureAwait(false);
            var bytes = new byte[Block];
            var chars = new char[Encoding.UTF8.GetMaxCharCount(Block)];
            var decoder = Encoding.UTF8.GetDecoder();
            var rest = new StringBuilder();
            var skips = false;
            var clock = Stopwatch.StartNew();
            while (true)
            {
                limit.Token.ThrowIfCancellationRequested();
                var count = await read(bytes, 0, bytes.Length).ConfigureAwait(false);
                if (count == 0)
                {
                    source.Remark = $"The agent at {session.Address} ended its log after {DiagnosisText.Time(clock.Elapsed)}: it was stopped, or something on the way ended the answer. What it logged after that is not here.";
                    break;
                }
                rest.Append(chars, 0, decoder.GetChars(bytes, 0, count, chars, 0));
                var text = rest.ToString();
                var from = 0;
                for (var end = text.IndexOf('\n'); end >= 0; end = text.IndexOf('\n', from))
                {
                    if (!skips) search.Add(source, text.AsSpan(from, end - from));
                    skips = false;
                    from = end + 1;
                }
                rest.Clear();
                // The rest of a line that is no line of a log could begin within a secret.
                if (skips || text.Length - from >= LongestLine) skips = true;
                else rest.Append(text, from, text.Length - from);
            }
        }
        catch (Exception over) when (IsOver(over, limit, cancellation))
        {
            // The time that was asked for.
        }
        search.Finish(source);
    }

    // An agent that says nothing at all does not even begin its answer, so the end of the time may look like a time-out.
    private static bool IsOver(Exception failure, CancellationTokenSource limit, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested && ((limit.IsCancellationRequested && failure is OperationCanceledException) || failure is ConsulTransportException { Code: "Http.ResponseTimeout" or "Http.ResponseStalled" });
}
