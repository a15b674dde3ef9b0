using System.Security.Authentication;
using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Whether TLS comes about, what the agent's certificate says, and what stands in the way when it does not.</summary>
internal sealed class TlsProbe : IProbe
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    public string Name => "Tls";

    public ConsulLayer Layer => ConsulLayer.Tls;

    public ConsulLayer? Needs => ConsulLayer.Transport;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var target = context.Session.Target;
        if (!target.Endpoint.UseTls) return ProbeResults.Skipped("plain http: there is no TLS to look at");
        target = target with { ConnectTimeout = context.TimeFor(target.ConnectTimeout) };
        var trace = new DialTrace();
        try
        {
            using var connection = await Dialer.DialAsync(target, trace, SslProtocols.None, cancellation).ConfigureAwait(false);
            return Succeeded(context, target, trace, connection);
        }
        catch (ConsulTransportException failure) when (failure.Phase < DialPhase.Tls)
        {
            // The probes of the transport have said so already.
            return ProbeResults.Skipped($"not reached: {failure.ToFinding().Title}");
        }
        catch (ConsulTransportException failure)
        {
            var findings = await TlsExplanation.ExplainAsync(target, trace, failure, context.TimeFor(TimeSpan.FromSeconds(2)), cancellation).ConfigureAwait(false);
            if (findings[0].Code == "Tls.PlainHttpOnPort" && target.Proxy is null
                && await PlainAgent.HttpsPortAsync(target, context.TimeFor(TimeSpan.FromSeconds(2)), cancellation).ConfigureAwait(false) == -1)
                findings = [.. findings, ConsulFinding.Create("Tls.HttpsDisabled", DialEvidence.Of(target, trace))];
            return ProbeResults.From(findings[0].Title, findings, CertificateFactsOf(trace, context));
        }
    }

    private static ProbeResult Succeeded(ProbeContext context, DialTarget target, DialTrace trace, DialedConnection connection)
    {
        var report = connection.Tls!;
        context.Facts.Publish(new TlsFacts(report));
        var now = context.Time.GetUtcNow().UtcDateTime;
        var leaf = report.ServerCertificates[0];
        var verdict = ChainJudge.Judge(report.ServerCertificates, target.Tls, target.Tls.ServerName ?? target.Endpoint.Host, now);
        var findings = verdict.Remarks
            .Select(remark => ConsulFinding.Create(remark.Code, DialEvidence.Of(target, trace, remark.Evidence))).ToList();
        var left = leaf.NotAfter.ToUniversalTime() - now;
        // What Consul renews by itself is late only in the last tenth of its life.
        var soon = CertificateFacts.IsRenewedByConsul(leaf) ? TimeSpan.FromTicks((leaf.NotAfter - leaf.NotBefore).Ticks / 10) : Soon;
        if (left < soon && left > TimeSpan.Zero)
            findings.Add(ConsulFinding.Create("Tls.CertificateExpiresSoon", DialEvidence.Of(target, trace,
                ChainJudge.Of(leaf, ("notAfter", leaf.NotAfter.ToUniversalTime()), ("days", (int)left.TotalDays)))));
        if (target.Tls.ClientCertificate is { } client && !report.ClientCertificateAsked)
            findings.Add(ConsulFinding.Create("Tls.ClientCertificateUnused", DialEvidence.Of(target, trace, ("subject", client.Subject))));
        return ProbeResults.From($"{report.Protocol} with {leaf.Subject}, valid for {(int)left.TotalDays} more days", findings,
        [
            ("TlsProtocol", report.Protocol), ("TlsCipher", report.Cipher), ("TlsTime", trace.TlsTime),
            .. CertificateFactsOf(trace, context),
            ("ClientCertificateAsked", report.ClientCertificateAsked), ("ClientCertificateSent", report.ClientCertificateSent),
        ]);
    }

    private static (string, object?)[] CertificateFactsOf(DialTrace trace, ProbeContext context)
    {
        if (trace.ServerCertificates.Count == 0) return [];
        var leaf = trace.ServerCertificates[0];
        var end = leaf.NotAfter.ToUniversalTime();
        return
        [
            ("CertificateSubject", leaf.Subject), ("CertificateIssuer", leaf.Issuer), ("CertificateNames", CertificateFacts.DescribeNames(leaf)),
            ("CertificateNotAfter", end), ("CertificateDaysLeft", (int)(end - context.Time.GetUtcNow().UtcDateTime).TotalDays),
            ("CertificateFingerprint", CertificateFacts.Fingerprint(leaf)),
            ("CertificateCount", trace.ServerCertificates.Count),
        ];
    }
}
