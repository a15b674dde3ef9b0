using System.Net;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Resilience;

namespace ConsulKvTools.Drills;

/// <summary>
/// Strikes requests about keys below the session's retries and questions, which are what is drilled. What other requests ask, such as who leads,
/// goes through.
/// </summary>
internal sealed class RequestFaults
{
    private readonly ChaosPipeline pipeline;
    private readonly DrillOptions options;
    private readonly DrillRecorder recorder;
    private readonly Random random;
    private volatile bool isOver;

    public RequestFaults(DrillOptions options, DrillRecorder recorder, TimeSpan connectTimeout, TimeProvider time)
    {
        (this.options, this.recorder) = (options, recorder);
        random = new Random(options.Seed);
        var kinds = options.Kinds.Distinct().ToArray();
        // Each kind comes over the same share of requests, all together over the rate: a later one sees only what the earlier ones let through.
        var each = options.Rate / kinds.Length;
        var before = 0;
        pipeline = new ChaosPipeline(kinds.Select(kind => RuleOf(kind, each / (1 - each * before++), connectTimeout, time)),
            request => !isOver && IsMeant((ConsulRequest)request), (_, name) => Strike((ConsulFaultKind)Enum.Parse(typeof(ConsulFaultKind), name)), Draw, time);
    }

    /// <summary>Sends a request through the faults.</summary>
    public Task<HttpResponseMessage> SendAsync(ConsulRequest request, Func<CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellation) =>
        pipeline.SendAsync(request, send, cancellation);

    /// <summary>No more faults.</summary>
    public void End() => isOver = true;

    private double Draw()
    {
        lock (random) return random.NextDouble();
    }

    private void Strike(ConsulFaultKind kind)
    {
        var now = recorder.Now;
        recorder.Struck(kind, null, now, now);
    }

    private bool IsMeant(ConsulRequest request)
    {
        var isTransaction = request.Path == "/v1/txn";
        if (!isTransaction && !request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal)) return false;
        if (request.IsWrite ? !options.Writes : !options.Reads) return false;
        return options.IsKeyMeant is not { } isKeyMeant || (isTransaction ? KeysOf(request).Any(isKeyMeant) : isKeyMeant(Uri.UnescapeDataString(request.Path.Substring("/v1/kv/".Length))));
    }

    private static List<string> KeysOf(ConsulRequest transaction)
    {
        using var document = JsonDocument.Parse(transaction.Body!.Value);
        return [.. document.RootElement.EnumerateArray().Select(row => row.GetProperty("KV").GetProperty("Key").GetString()!)];
    }

    private ChaosRule RuleOf(ConsulFaultKind kind, double rate, TimeSpan connectTimeout, TimeProvider time)
    {
        var rule = new ChaosRule { Name = kind.ToString(), Rate = Math.Min(1, rate) };
        return kind switch
        {
            ConsulFaultKind.Latency => rule with { Latency = options.Latency },
            ConsulFaultKind.ConnectRefused => rule with { Fault = (_, _) => new ValueTask<Exception?>(Broken("Tcp.Refused", DialPhase.Connect)) },
            ConsulFaultKind.ConnectTimeout => rule with
            {
                Fault = async (_, cancellation) =>
                {
                    await Pause.ForAsync(connectTimeout, time, cancellation).ConfigureAwait(false);
                    return Broken("Tcp.Timeout", DialPhase.Connect, ("seconds", connectTimeout.TotalSeconds));
                },
            },
            ConsulFaultKind.AnswerLost => rule with
            {
                AnswerTurned = (_, answer, _) =>
                {
                    ((HttpResponseMessage)answer).Dispose();
                    throw Broken("Http.Reset", DialPhase.Receive);
                },
            },
            ConsulFaultKind.AnswerSilent => rule with
            {
                AnswerTurned = async (_, answer, cancellation) =>
                {
                    ((HttpResponseMessage)answer).Dispose();
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
                    return answer;
                },
            },
            ConsulFaultKind.NoLeader => rule with { Outcome = _ => Answer(500, "No cluster leader") },
            ConsulFaultKind.RateLimited => rule with { Outcome = _ => Answer(429, "rate limit exceeded, try again later or against a different server", retryAfter: true) },
            ConsulFaultKind.Unavailable => rule with { Outcome = _ => Answer(503, "rate limit exceeded, try again later") },
            ConsulFaultKind.Denied => rule with { Outcome = _ => Answer(403, "Permission denied") },
            ConsulFaultKind.IndexBackwards => rule with { AnswerTurned = (_, answer, _) => Task.FromResult<object>(Backwards((HttpResponseMessage)answer)) },
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "It is a fault of a cluster."),
        };
    }

    private static ConsulTransportException Broken(string code, DialPhase phase, params (string, object?)[] evidence) => new(code, phase, [("source", "the drill"), .. evidence]);

    private static HttpResponseMessage Answer(int status, string text, bool retryAfter = false)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(text, Encoding.UTF8, "text/plain") };
        if (retryAfter) answer.Headers.TryAddWithoutValidation("Retry-After", "1");
        return answer;
    }

    private static HttpResponseMessage Backwards(HttpResponseMessage answer)
    {
        if (answer.Headers.Remove("X-Consul-Index")) answer.Headers.TryAddWithoutValidation("X-Consul-Index", "1");
        return answer;
    }
}
