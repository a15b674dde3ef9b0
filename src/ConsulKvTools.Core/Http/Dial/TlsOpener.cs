using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>Speaks TLS over an open stream, and learns on the way everything a failure could need to be explained.</summary>
internal sealed class TlsOpener
{
    private static readonly TimeSpan RejectionWait = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan AfterthoughtWait = TimeSpan.FromMilliseconds(50);

    // Two bytes of alert, one of inner type, a tag of 16 (8 for CCM_8): the longest record an alert fits in under TLS 1.3.
    private const int LongestAlertRecord = 19;

    private readonly TlsSettings settings;
    private readonly string host;
    private readonly DialTrace trace;
    private readonly TlsTap tap = new();

    private TlsOpener(TlsSettings settings, string host, DialTrace trace)
    {
        this.settings = settings;
        // The dot that ends an absolute name belongs to DNS: no certificate has it, and servers refuse it (RFC 6066 3).
        this.host = (settings.ServerName ?? host).TrimEnd('.');
        this.trace = trace;
        trace.Tap = tap;
    }

    /// <summary>The stream to speak HTTP on, and what was settled. Disposing the stream closes the one below.</summary>
    /// <param name="transport">The open connection; owned by the result.</param>
    /// <param name="settings">What to trust and what to show.</param>
    /// <param name="host">The host meant, unless <paramref name="settings"/> names another.</param>
    /// <param name="protocols">The versions to offer; None leaves it to the system.</param>
    /// <param name="trace">Written as the handshake goes.</param>
    /// <param name="cancellation">Ends the handshake.</param>
    public static Task<(Stream Stream, TlsReport Report)> OpenAsync(
        Stream transport, TlsSettings settings, string host, SslProtocols protocols, DialTrace trace, CancellationToken cancellation) =>
        new TlsOpener(settings, host, trace).OpenAsync(transport, protocols, cancellation);

    private async Task<(Stream Stream, TlsReport Report)> OpenAsync(Stream transport, SslProtocols protocols, CancellationToken cancellation)
    {
        var listening = new TapStream(transport, tap);
        var tls = await TlsPlatform.AuthenticateAsync(listening, host, settings, protocols, Verify, Select, cancellation).ConfigureAwait(false);
        var report = new TlsReport
        {
            Protocol = TlsVersion.NameOf(tap.Version ?? 0),
            Cipher = TlsPlatform.SuiteName(tap.Suite ?? 0),
            ApplicationProtocol = TlsPlatform.ApplicationProtocol(tls),
            ServerCertificates = trace.ServerCertificates,
            ClientCertificateAsked = trace.ClientCertificateAsked,
            ClientCertificateSent = tap.FlightHoldsCertificate || tap.SentCertificateLength > 3,
            AcceptableIssuers = trace.AcceptableIssuers,
        };
        var stream = report.ClientCertificateAsked && tap.Version == TlsVersion.Tls13
            ? await ReadBeforeWriteAsync(tls, report.ClientCertificateSent, cancellation).ConfigureAwait(false)
            : tls;
        listening.Detach();
        return (stream, report);
    }

    // Under TLS 1.3 the client has finished before the server has looked at the client's certificate. Whoever writes first then loses
    // the server's alert to the reset that follows it, most of the time; whoever reads first always sees it. A server that accepts
    // sends a ticket at once, so that this costs a round trip. Not done when the server did not ask: then the ticket is here already.
    private async Task<Stream> ReadBeforeWriteAsync(SslStream tls, bool sent, CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        var record = tap.WhenNextRecord();
        var read = tls.ReadAsync(buffer, 0, buffer.Length, CancellationToken.None);
        using (var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            var pause = Task.Delay(RejectionWait, waiting.Token);
            await Task.WhenAny(record, read, pause).ConfigureAwait(false);
            if (!read.IsCompleted && record.Status == TaskStatus.RanToCompletion)
            {
                if (record.Result <= LongestAlertRecord) await Task.WhenAny(read, pause).ConfigureAwait(false);
                // A .NET server hands out its ticket first and looks at the certificate afterwards; whoever has shown none waits for that.
                else if (!sent) await Task.WhenAny(read, Task.Delay(AfterthoughtWait, waiting.Token)).ConfigureAwait(false);
            }
            waiting.Cancel();
        }
        cancellation.ThrowIfCancellationRequested();
        if (read.IsFaulted) await read.ConfigureAwait(false);
        if (read.Status == TaskStatus.RanToCompletion && read.Result == 0) throw new EndOfStreamException();
        return new ReplayStream(tls, buffer, read);
    }

    private bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return settings.SkipVerification;
        var sent = new List<X509Certificate2> { new(certificate) };
        if (chain is not null)
        {
            foreach (var one in chain.ChainPolicy.ExtraStore)
                if (!sent.Exists(known => CertificateFacts.SameBytes(known, one))) sent.Add(new X509Certificate2(one));
        }
        trace.ServerCertificates = sent;
        if (settings.SkipVerification) return true;
        // The platform's check used our own trust already; only where it objects (or cannot do that) is a closer look needed.
        if (errors == SslPolicyErrors.None && (TlsPlatform.ChecksCustomTrust || settings.TrustedCertificates.Count == 0)) return true;
        var verdict = ChainJudge.Judge(sent, settings, host, DateTime.UtcNow);
        if (verdict.Accepted && (errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0 && NameJudge.CodeFor(sent[0], host) != null)
        {
            var mismatch = new ChainFault("Tls.HostNameMismatch",
                ChainJudge.Of(sent[0], ("host", host), ("names", CertificateFacts.DescribeNames(sent[0]))));
            verdict = verdict with { Faults = [mismatch] };
        }
        trace.Verdict = verdict;
        return verdict.Accepted;
    }

    // Called first before anything was received. Only who answers null then is called again when the server asks, and under TLS 1.3
    // that second call is how the question and the accepted issuers can be seen at all.
    private X509Certificate Select(
        object sender, string targetHost, X509CertificateCollection localCertificates, X509Certificate? remoteCertificate, string[] acceptableIssuers)
    {
        // The older signature does not say so, but null is allowed.
        if (remoteCertificate is null) return null!;
        trace.AskedByCallback = true;
        trace.AcceptableIssuers = acceptableIssuers;
        return settings.ClientCertificate!;
    }
}
