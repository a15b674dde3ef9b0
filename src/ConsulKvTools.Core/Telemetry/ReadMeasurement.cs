using System.Diagnostics;

namespace ConsulKvTools.Telemetry;

/// <summary>One read, from its beginning to its end.</summary>
internal sealed class ReadMeasurement(string session, TimeProvider time, ConsulKvOperation operation, Activity? span)
{
    private readonly long began = time.GetTimestamp();
    private TimeSpan held;
    private bool isEnded;

    /// <summary>Its span; null while nobody listens.</summary>
    public Activity? Span { get; } = span;

    /// <summary>Attempts beyond the first.</summary>
    public int Retries { get; set; }

    /// <summary>Bytes of the answer's body.</summary>
    public long Bytes { get; set; }

    /// <summary>Whoever reads the answer had it in hand since then: time that is not the read's.</summary>
    public void Held(long since) => held += time.GetElapsedTime(since);

    /// <summary>The read ended. What is said first counts.</summary>
    public void End(ConsulKvMetricOutcome outcome, string? code)
    {
        if (isEnded) return;
        isEnded = true;
        MetricRegistry.Of(session).Record(operation, outcome, code, time.GetElapsedTime(began) - held, Bytes, Retries, time);
        Spans.End(Span, outcome.ToString(), outcome is ConsulKvMetricOutcome.Failed or ConsulKvMetricOutcome.Forbidden ? code : null, null);
    }

    /// <summary>The read ended as Consul answered.</summary>
    public void End(KvReadState state, string? code) => End(state switch
    {
        KvReadState.Found => ConsulKvMetricOutcome.Found,
        KvReadState.Missing => ConsulKvMetricOutcome.Missing,
        KvReadState.Forbidden => ConsulKvMetricOutcome.Forbidden,
        _ => ConsulKvMetricOutcome.Filtered,
    }, state is KvReadState.Forbidden ? code : null);

    /// <summary>The read ended without an answer.</summary>
    public void End(Exception error) => End(error is OperationCanceledException ? ConsulKvMetricOutcome.Cancelled : ConsulKvMetricOutcome.Failed,
        error is ConsulException { Finding.Code: var code } ? code : null);
}
