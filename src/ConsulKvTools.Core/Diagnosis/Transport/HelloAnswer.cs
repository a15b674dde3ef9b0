using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>What came back for a ClientHello made by hand.</summary>
/// <param name="Tap">The answer, read.</param>
/// <param name="Raw">The answer as it came.</param>
internal sealed record HelloAnswer(TlsTap Tap, RawAnswer Raw)
{
    /// <summary>The server agreed to speak TLS.</summary>
    public bool IsServerHello => Tap.Version is not null;

    /// <summary>It speaks TLS, though it may not like what it was offered.</summary>
    public bool SpeaksTls => IsServerHello || Tap.AlertReceived is not null;
}
