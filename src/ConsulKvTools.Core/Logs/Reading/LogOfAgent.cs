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

    /// <summary>Listens until the time is over, or the agent ends: what was heard until then counts.</summary>
    /// <param name="session">The session.</param>
    /// <param name="level">The least grave lines that are asked for.</param>
    /// <param name="duration">How long; null until it is stopped.</param>
    /// <param name="search">Takes the lines.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">The agent cannot be reached or refuses, or goes away before it says anything.</exception>
    public static async Task ListenAsync(ConsulKvSession session, ConsulLogLevel level, TimeSpan? duration, LogSearch search, CancellationToken cancellation)
    {
        var source = new LogSource(session.Address, session.Time.GetUtcNow(), hasNumbers: false) { WayOn = "A longer -Duration or -Level Debug hears more." };
        // An agent that has nothing to say does not even begin its answer. Whether it is there is told by any answer to a question for which it asks no server.
        var presence = ConsulRequest.Get("/") with { SendScope = false, SendToken = false };
        try
        {
            await session.Http.SendAsync(presence, session.RetryPolicy.AttemptTimeout, cancellation).ConfigureAwait(false);
        }
        catch (ConsulTransportException failed)
        {
            throw Unheard(session, presence, failed);
        }
        using var limit = Deadline.In(duration ?? Timeout.InfiniteTimeSpan, cancellation);
        var request = ConsulRequest.Get("/v1/agent/monitor", "loglevel=" + (level == ConsulLogLevel.None ? "info" : level.ToString().ToLowerInvariant())) with { SendScope = false };
        LineFeed? lines = null;
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
            lines = new LineFeed(source, search);
            while (true)
            {
                limit.Token.ThrowIfCancellationRequested();
                var count = await read(bytes, 0, bytes.Length).ConfigureAwait(false);
                if (count == 0)
                {
                    lines.End($"The agent at {session.Address} ended its log after {DiagnosisText.Time(lines.Age)}: it was stopped, or something on the way ended the answer. What it logged after that is not here.");
                    break;
                }
                lines.Add(bytes, count);
            }
        }
        catch (Exception over) when (IsOver(over, limit, cancellation))
        {
            // The time that was asked for.
        }
        catch (ConsulTransportException broken) when (lines is not null)
        {
            lines.End($"The agent at {session.Address} broke off its log after {DiagnosisText.Time(lines.Age)}: it was killed, or the connection to it was lost ({broken.Code}). What was heard before that counts; what it logged after that is not here.");
        }
        catch (ConsulTransportException failed)
        {
            throw Unheard(session, request, failed);
        }
        search.Finish(source);
    }

    private static ConsulException Unheard(ConsulKvSession session, ConsulRequest request, ConsulTransportException failed) => ConsulException.From(Classifier.Classify(failed, request, session, null).Finding, failed);

    // An agent that says nothing at all does not even begin its answer, so the end of the time may look like a time-out.
    private static bool IsOver(Exception failure, CancellationTokenSource limit, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested && ((limit.IsCancellationRequested && failure is OperationCanceledException) || failure is ConsulTransportException { Code: "Http.ResponseTimeout" or "Http.ResponseStalled" });

    /// <summary>Makes lines of what comes in.</summary>
    private sealed class LineFeed(LogSource source, LogSearch search)
    {
        private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
        private readonly char[] chars = new char[Encoding.UTF8.GetMaxCharCount(Block)];
        private readonly StringBuilder rest = new();
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private bool skips;

        /// <summary>How long ago the answer began.</summary>
        public TimeSpan Age => clock.Elapsed;

        public void Add(byte[] bytes, int count)
        {
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

        /// <summary>Nothing more comes: what has no line end is the last line.</summary>
        public void End(string remark)
        {
            if (rest.Length > 0) search.Add(source, rest.ToString().AsSpan());
            rest.Clear();
            source.Remark = remark;
        }
    }
}
