using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>
/// Who answers on the port. Asks the ordinary question first, on the session's own connection; only when what comes back is no HTTP
/// at all does it look closer, at this port and no other.
/// </summary>
internal sealed class PortProbe : IProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3), SniffingTime = TimeSpan.FromSeconds(1);

    public string Name => "Port";

    public ConsulLayer Layer => ConsulLayer.Http;

    public ConsulLayer? Needs => ConsulLayer.Transport;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var target = context.Session.Target;
        if (target.Endpoint.SocketPath is not null) return ProbeResults.Skipped("a unix socket has no port");
        if (target.Proxy is not null) return ProbeResults.Skipped("the way leads through a proxy");
        var question = ConsulRequest.Get("/v1/status/leader") with { SendToken = false, SendScope = false, MaxBody = 64 * 1024 };
        try
        {
            var response = await context.Session.Http.SendAsync(question, context.TimeFor(Patience, SniffingTime), cancellation).ConfigureAwait(false);
            if (!LooksLikeTls(response))
            {
                context.Facts.Publish(new PortFacts("HTTP", null));
                return ProbeResults.From($"port {target.Endpoint.Port} speaks HTTP", []);
            }
        }
        catch (ConsulTransportException failure) when (!LeavesItOpen(failure.Code))
        {
            return ProbeResults.Skipped($"not looked at: {failure.ToFinding().Title}");
        }
        catch (ConsulTransportException)
        {
            // Something accepts connections and does not speak as it should: worth a closer look.
        }

        if (await SniffAsync(context, target, cancellation).ConfigureAwait(false) is not { } heard)
            return ProbeResults.Skipped($"port {target.Endpoint.Port} does not tell who it is");
        context.Facts.Publish(heard.Facts);
        if (heard.Facts.Code is null) return ProbeResults.From($"port {target.Endpoint.Port} speaks {heard.Facts.Speaker}", []);
        var finding = ConsulFinding.Create(heard.Facts.Code, DialEvidence.Of(target.Endpoint, null, ("answer", heard.Answer)));
        return ProbeResults.From($"port {target.Endpoint.Port} is {heard.Facts.Speaker}: {heard.Answer}", [finding], ("PortSpeaker", heard.Facts.Speaker));
    }

    private static async Task<(PortFacts Facts, string Answer)?> SniffAsync(ProbeContext context, DialTarget target, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(context.TimeFor(TimeSpan.FromSeconds(30)));
        try
        {
            return await PortSniffer.SniffAsync(target, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Something that says nothing to anything: who waits for it will name that.
            return null;
        }
    }

    // Go's answer to plain HTTP on a TLS port: HTTP/1.0, 400, no header.
    private static bool LooksLikeTls(ConsulResponse response) =>
        response.Status == 400 && response.HttpVersion == new Version(1, 0) && response.Headers.Count == 0;

    private static bool LeavesItOpen(string code) => code is
        "Http.EmptyReply" or "Http.Reset" or "Http.ResponseTimeout" or "Http.ProtocolMismatch" or "Http.ResponseTruncated" or "Tcp.ClosedOnAccept"
        or "Tls.NotTls" or "Tls.PlainHttpOnPort" or "Tls.ClosedAtClientHello" or "Tls.ClosedDuringHandshake" or "Tls.HandshakeTimeout"
        or "Tls.AlpnMismatch" or "Port.ConsulGrpc" or "Http.NotConsul"
        // The servers' RPC port wants certificates too.
        or "Tls.ClientCertificateRequired" or "Tls.ClientCertificateUnknownCa" or "Tls.ClientCertificateRejected";
}
