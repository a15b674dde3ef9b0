using System.Net;
using System.Net.NetworkInformation;
using ConsulKvTools.Diagnosis.Host;
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
            if (target.Endpoint.UseTls || !MayWantTls(response))
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
        ConsulFinding[] findings = finding.Code == "Tcp.ClosedOnAccept" && TooManyConnections(context) is { } reason ? [reason, finding] : [finding];
        return ProbeResults.From($"port {target.Endpoint.Port} is {heard.Facts.Speaker}: {heard.Answer}", findings, ("PortSpeaker", heard.Facts.Speaker));
    }

    // Closing at once looks the same whatever the reason, but who has as many connections open as Consul allows need not look for another.
    private static ConsulFinding? TooManyConnections(ProbeContext context)
    {
        var target = context.Session.Target;
        var remotes = new HashSet<IPEndPoint>((context.Facts.Find<ResolvedAddresses>()?.Addresses ?? []).Select(address => new IPEndPoint(address, target.Endpoint.Port)));
        var open = SocketTable.Read(HostFiles.OfThisMachine, "self").Where(row => row.State == TcpState.Established && remotes.Contains(row.Remote))
            .GroupBy(row => row.Remote).Select(same => same.Count()).DefaultIfEmpty().Max();
        return open < SocketTable.NearConnectionLimit ? null
            : ConsulFinding.Create("Limit.HttpMaxConns", DialEvidence.Of(target.Endpoint, null,
                ("count", open), ("limit", SocketTable.UsualConnectionLimit), ("text", $"{open} connections from this machine to the agent are open, and a new one is closed at once")));
    }

    private static async Task<(PortFacts Facts, string Answer)?> SniffAsync(ProbeContext context, DialTarget target, CancellationToken cancellation)
    {
        using var deadline = Deadline.In(context.TimeFor(TimeSpan.FromSeconds(30)), cancellation);
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

    // What HTTPS servers answer to plain HTTP: 400 for Go and others, 497 for some of nginx' kin. Never with a header of Consul's.
    private static bool MayWantTls(ConsulResponse response) =>
        response.Status is 400 or 497 && !response.HasConsulHeader;

    private static bool LeavesItOpen(string code) => code is
        "Http.EmptyReply" or "Http.Reset" or "Http.ResponseTimeout" or "Http.ProtocolMismatch" or "Http.ResponseTruncated" or "Tcp.ClosedOnAccept"
        or "Tls.NotTls" or "Tls.PlainHttpOnPort" or "Tls.ClosedAtClientHello" or "Tls.ClosedDuringHandshake" or "Tls.HandshakeTimeout"
        or "Tls.AlpnMismatch" or "Port.ConsulGrpc" or "Http.NotConsul"
        // The servers' RPC port wants certificates too.
        or "Tls.ClientCertificateRequired" or "Tls.ClientCertificateUnknownCa" or "Tls.ClientCertificateRejected";
}
