namespace ConsulKvTools.Diagnosis;

/// <summary>What every probe of one diagnosis is given.</summary>
internal sealed class ProbeContext(ConsulKvSession session, DiagnosisRequest request, TimeProvider time)
{
    private readonly long began = time.GetTimestamp();

    /// <summary>The session under diagnosis.</summary>
    public ConsulKvSession Session { get; } = session;

    /// <summary>What the caller wants to do: key, value size, operation.</summary>
    public DiagnosisRequest Request { get; } = request;

    /// <summary>The greatest index of keys that the session had seen before the diagnosis; 0 when it had seen none.</summary>
    public ulong IndexBefore { get; } = session.HighestKeyIndex;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>Since the diagnosis began.</summary>
    public TimeSpan Elapsed => Time.GetElapsedTime(began);

    /// <summary>Time that one request may take: <paramref name="longest"/>, or what is left of the deadline if that is less.</summary>
    /// <param name="longest">What it would take at most.</param>
    /// <param name="keep">What is to be left for finding out why it took so long.</param>
    public TimeSpan TimeFor(TimeSpan longest, TimeSpan keep = default)
    {
        // A little is kept back so that the answer can still be told, on a busy machine too.
        var reserve = TimeSpan.FromMilliseconds(Math.Min(500, Request.Timeout.TotalMilliseconds / 10));
        var left = Request.Timeout - Elapsed - keep - reserve;
        if (left < TimeSpan.FromMilliseconds(50)) left = TimeSpan.FromMilliseconds(50);
        return longest < left ? longest : left;
    }

    /// <summary>What earlier layers learnt, for later ones.</summary>
    public FactBoard Facts { get; } = new();
}
