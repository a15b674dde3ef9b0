namespace ConsulKvTools.Http;

/// <summary>No usable answer came back: the connection failed, or broke on the way. Carries the code of the catalogue.</summary>
internal sealed class ConsulTransportException(
    string code, DialPhase phase, (string Name, object? Value)[] evidence, Exception? inner = null)
    : Exception(code, inner)
{
    /// <summary>The finding's code, decided from numbers and bytes, never from message texts.</summary>
    public string Code { get; } = code;

    /// <summary>How far the exchange got.</summary>
    public DialPhase Phase { get; } = phase;

    /// <summary>True when some of the request may have reached the agent, so that a write may have been applied.</summary>
    public bool RequestMayHaveArrived => Phase >= DialPhase.Send;

    /// <summary>What was seen, for the finding.</summary>
    public (string Name, object? Value)[] Evidence { get; } = evidence;

    /// <inheritdoc/>
    public override string Message => ToFinding().Title;

    /// <summary>The finding this failure amounts to.</summary>
    public ConsulFinding ToFinding() => ConsulFinding.Create(Code, Evidence);
}
