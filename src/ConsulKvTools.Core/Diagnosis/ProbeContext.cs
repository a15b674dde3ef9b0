namespace ConsulKvTools.Diagnosis;

/// <summary>What every probe of one diagnosis is given.</summary>
internal sealed class ProbeContext(ConsulKvSession session, DiagnosisRequest request, TimeProvider time)
{
    /// <summary>The session under diagnosis.</summary>
    public ConsulKvSession Session { get; } = session;

    /// <summary>What the caller wants to do: key, value size, operation.</summary>
    public DiagnosisRequest Request { get; } = request;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>What earlier layers learnt, for later ones.</summary>
    public FactBoard Facts { get; } = new();
}
