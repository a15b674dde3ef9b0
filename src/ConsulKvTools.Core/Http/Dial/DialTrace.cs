using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Http;

/// <summary>
/// Everything one dial learns, written as it goes, so that a failure can be explained from it and a probe can read what was seen.
/// Used by one dial only.
/// </summary>
internal sealed class DialTrace
{
    /// <summary>The step the dial is in, or was in when it failed.</summary>
    public DialPhase Phase { get; set; } = DialPhase.Name;

    /// <summary>What the host's name (or the proxy's) stands for, in the order the system gave.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; set; } = [];

    /// <summary>Each address that was tried and ended before the race was won.</summary>
    public List<AddressAttempt> Attempts { get; } = [];

    /// <summary>The far end of the socket; null before it is connected.</summary>
    public EndPoint? Remote { get; set; }

    public TimeSpan? NameTime { get; set; }

    public TimeSpan? ConnectTime { get; set; }

    public TimeSpan? ProxyTime { get; set; }

    public TimeSpan? TlsTime { get; set; }

    /// <summary>What the proxy answered to CONNECT; null when none was asked or nothing came.</summary>
    public ProxyAnswer? ProxyAnswer { get; set; }

    /// <summary>The listener under TLS; null before TLS.</summary>
    public TlsTap? Tap { get; set; }

    /// <summary>The server's certificates as sent, leaf first; empty before they were seen.</summary>
    public IReadOnlyList<X509Certificate2> ServerCertificates { get; set; } = [];

    /// <summary>What is wrong with them; null when the platform's own check had no objection.</summary>
    public ChainVerdict? Verdict { get; set; }

    /// <summary>The platform told us that the server asks for a client certificate.</summary>
    public bool AskedByCallback { get; set; }

    /// <summary>The certificate authorities the server accepts for clients; empty when it named none or did not ask.</summary>
    public IReadOnlyList<string> AcceptableIssuers { get; set; } = [];

    /// <summary>The server asked for a client certificate.</summary>
    public bool ClientCertificateAsked => AskedByCallback || Tap is { } tap && (tap.SawCertificateRequest || tap.FlightHoldsCertificateMessage);

    public DialTimings Timings => new(NameTime, ConnectTime, ProxyTime, TlsTime);
}
