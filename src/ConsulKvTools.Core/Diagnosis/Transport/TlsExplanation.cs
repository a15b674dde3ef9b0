using System.Globalization;
using System.Security.Authentication;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>Asks further, on connections of its own, why a handshake failed, where the failed one alone cannot tell.</summary>
internal sealed class TlsExplanation
{
    // Larger than any path that drops large packets lets through, smaller than a segment of Ethernet.
    private const int LargeHello = 1420;
    private const int SmallSegment = 400;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(250);

    private readonly DialTarget target;
    private readonly DialTrace trace;
    private readonly ConsulTransportException failure;
    private readonly TimeSpan patience;
    private readonly CancellationToken cancellation;

    private TlsExplanation(DialTarget target, DialTrace trace, ConsulTransportException failure, TimeSpan patience, CancellationToken cancellation)
    {
        this.target = target with { ConnectTimeout = patience };
        this.trace = trace;
        this.failure = failure;
        this.patience = patience;
        this.cancellation = cancellation;
    }

    /// <summary>All that is wrong, the root in front.</summary>
    /// <param name="target">Where the handshake went.</param>
    /// <param name="trace">What it saw.</param>
    /// <param name="failure">How it failed.</param>
    /// <param name="patience">Time for each question.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<IReadOnlyList<ConsulFinding>> ExplainAsync(
        DialTarget target, DialTrace trace, ConsulTransportException failure, TimeSpan patience, CancellationToken cancellation) =>
        new TlsExplanation(target, trace, failure, patience, cancellation).ExplainAsync();

    private async Task<IReadOnlyList<ConsulFinding>> ExplainAsync()
    {
        if (trace.Verdict is { Accepted: false } verdict)
        {
            var faults = verdict.Faults.Select(fault => Create(fault.Code, fault.Evidence)).ToList();
            if (await InterceptedAsync().ConfigureAwait(false) is { } intercepted) faults.Insert(0, intercepted);
            if (await BehindAsync().ConfigureAwait(false) is { } behind) faults.Add(behind);
            return faults;
        }
        var better = failure.Code switch
        {
            "Tls.NoCommonCipher" or "Tls.ProtocolVersion" => await VersionsAsync().ConfigureAwait(false),
            "Tls.ClosedAtClientHello" => await ClosedAsync().ConfigureAwait(false),
            "Tls.ClosedDuringHandshake" or "Tls.ClientCertificateRejected" => await ReplayAsync().ConfigureAwait(false),
            "Tls.HandshakeTimeout" or "Tls.HandshakeStalled" => await SegmentsAsync().ConfigureAwait(false),
            _ => null,
        };
        return [better ?? failure.ToFinding()];
    }

    private ConsulFinding Create(string code, params (string Name, object? Value)[] evidence) =>
        ConsulFinding.Create(code, DialEvidence.Of(target, trace, evidence));

    private async Task<ConsulFinding?> VersionsAsync()
    {
        var versions = await HelloQuestion.VersionsAsync(target, HelloQuestion.ServerNameOf(target), patience, cancellation).ConfigureAwait(false);
        if (versions.Count == 0) return null;
        // Alert 40 or 70 says little: OpenSSL answers 40 to a version it does not speak. What counts is whether the sets meet.
        var meet = versions.Intersect(Offered).Any();
        return Create(meet ? "Tls.NoCommonCipher" : "Tls.ProtocolVersion",
            ("version", TlsVersion.NamesOf(versions)), ("text", $"offered {TlsVersion.NamesOf(Offered)}"), ("alert", Alert));
    }

    private async Task<ConsulFinding?> ClosedAsync()
    {
        var silent = await RawQuestion.AskAsync(target, null, AcceptPause, null, cancellation).ConfigureAwait(false);
        if (silent is { IsEmpty: true, Ending: Ending.Closed or Ending.Reset } && target.Proxy is { } proxy)
            // Some proxies grant the tunnel before they have tried, and can only hang up then.
            return Create("Proxy.TargetUnreachable", ("proxy", proxy.Address.ToString()), ("source", proxy.Source), ("answer", "the tunnel was granted and closed at once"));
        if (silent is { IsEmpty: true, Ending: Ending.Closed or Ending.Reset })
            return Create("Tcp.ClosedOnAccept", ("milliseconds", Math.Round(silent.Elapsed.TotalMilliseconds)), ("problem", silent.Ending.ToString()));
        if (HelloQuestion.ServerNameOf(target) is { } name)
        {
            var withName = await HelloQuestion.AskAsync(target, ClientHello.Create(TlsVersion.Tls12, name), patience, cancellation).ConfigureAwait(false);
            var without = await HelloQuestion.AskAsync(target, ClientHello.Create(TlsVersion.Tls12), patience, cancellation).ConfigureAwait(false);
            if (withName is { SpeaksTls: false } && without is { SpeaksTls: true }) return Create("Tls.SniBlocked", ("value", name));
        }
        var versions = await HelloQuestion.VersionsAsync(target, null, patience, cancellation).ConfigureAwait(false);
        return versions.Count > 0 && !versions.Intersect(Offered).Any()
            ? Create("Tls.ProtocolVersion", ("version", TlsVersion.NamesOf(versions)), ("text", $"offered {TlsVersion.NamesOf(Offered)}"))
            : null;
    }

    // TLS 1.2 shows in clear what TLS 1.3 hides: the alert, and whom the server accepts.
    private async Task<ConsulFinding?> ReplayAsync()
    {
        try
        {
            using var connection = await Dialer.DialAsync(target, new DialTrace(), SslProtocols.Tls12, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (ConsulTransportException replayed)
        {
            var clearer = replayed.Phase == DialPhase.Tls
                && replayed.Code is not ("Tls.ProtocolVersion" or "Tls.NoCommonCipher" or "Tls.ClosedAtClientHello" or "Tls.ClosedDuringHandshake" or "Tls.LocalPolicy");
            return clearer ? replayed.ToFinding() : null;
        }
    }

    // A path that drops large packets without a word: the same hello passes when both sides keep their segments small.
    private async Task<ConsulFinding?> SegmentsAsync()
    {
        if (target.Proxy is not null || !SocketIo.CanLimitSegments) return null;
        var hello = ClientHello.Create(TlsVersion.Tls12, HelloQuestion.ServerNameOf(target), length: LargeHello);
        var small = await HelloQuestion.AskAsync(target with { SegmentLimit = SmallSegment }, hello, patience, cancellation).ConfigureAwait(false);
        if (small is not { SpeaksTls: true }) return null;
        var large = await HelloQuestion.AskAsync(target, hello, patience, cancellation).ConfigureAwait(false);
        return large is { SpeaksTls: true } ? null : Create("Tcp.MtuBlackHole", ("value", SmallSegment), ("count", hello.Length));
    }

    // What the refused certificate hides: whether the agent would have taken this client, and its clock, which may show that not the
    // certificate is out of its time but this machine.
    private async Task<ConsulFinding?> BehindAsync()
    {
        try
        {
            var blind = target with { Tls = target.Tls with { SkipVerification = true } };
            using var connection = await Dialer.DialAsync(blind, new DialTrace(), SslProtocols.None, cancellation).ConfigureAwait(false);
            var answer = await RawQuestion.AskAsync(
                connection.Stream, ConsulWire.Get(target.Endpoint.Authority), patience, bytes => new RawAnswer(bytes, Ending.Answered, default).Text.Contains("\r\n\r\n"), cancellation)
                .ConfigureAwait(false);
            if (!DateTimeOffset.TryParseExact(ProxyAnswer.Parse(answer.Bytes).Header("Date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var server))
                return null;
            var skew = DateTimeOffset.UtcNow - server;
            return skew.Duration() <= ClockSkew.Tolerance ? null : ClockSkew.Finding(skew, server, DialEvidence.Of(target, trace));
        }
        catch (ConsulTransportException hidden)
        {
            return IsAboutClientCertificate(hidden.Code) ? hidden.ToFinding() : null;
        }
    }

    private static bool IsAboutClientCertificate(string code) => code is "Tls.ClientCertificateRequired" or "Tls.ClientCertificateUnknownCa" or "Tls.ClientCertificateExpired"
        or "Tls.ClientCertificateNotForClientAuth" or "Tls.ClientCertificateNoPrivateKey" or "Tls.ClientCertificateRevoked" or "Tls.ClientCertificateDenied" or "Tls.ClientCertificateRejected";

    // A proxy that opens TLS shows a certificate of its own making; the same host asked directly shows another.
    private async Task<ConsulFinding?> InterceptedAsync()
    {
        if (target.Proxy is null || trace.ServerCertificates.Count == 0
            || trace.Verdict!.Faults[0].Code is not ("Tls.UnknownCa" or "Tls.IssuerNotFound" or "Tls.SelfSigned")) return null;
        var seen = trace.ServerCertificates[0];
        var direct = new DialTrace();
        try
        {
            using var connection = await Dialer.DialAsync(target with { Proxy = null }, direct, SslProtocols.None, cancellation).ConfigureAwait(false);
        }
        catch (ConsulTransportException)
        {
            // What it showed before it failed is enough.
        }
        if (direct.ServerCertificates.Count == 0 || CertificateFacts.SameBytes(direct.ServerCertificates[0], seen)) return null;
        return Create("Proxy.TlsIntercepted",
            ChainJudge.Of(seen, ("proxy", target.Proxy.Address.ToString()), ("answer", $"directly: {direct.ServerCertificates[0].Issuer}")));
    }

    private IReadOnlyList<int> Offered => trace.Tap?.UsableVersions.ToArray() is { Length: > 0 } offered ? offered : [TlsVersion.Tls12, TlsVersion.Tls13];

    private object? Alert => failure.Evidence.FirstOrDefault(one => one.Name == "alert").Value;
}
