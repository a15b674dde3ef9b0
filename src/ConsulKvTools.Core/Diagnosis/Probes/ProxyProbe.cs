using System.Security.Authentication;
using System.Text;
using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Whether the proxy on the way lets this connection through. Skipped when there is none.</summary>
internal sealed class ProxyProbe : IProbe
{
    private const int HeadLimit = 4096;

    public string Name => "Proxy";

    public ConsulLayer Layer => ConsulLayer.Transport;

    public ConsulLayer? Needs => ConsulLayer.Name;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var target = context.Session.Target;
        if (target.Proxy is null || target.Endpoint.SocketPath is not null) return ProbeResults.Skipped("no proxy is used");
        target = target with { ConnectTimeout = context.TimeFor(target.ConnectTimeout) };
        var finding = target.Endpoint.UseTls
            ? await AskForTunnelAsync(target, cancellation).ConfigureAwait(false)
            : await AskThroughAsync(target, context.TimeFor(target.ConnectTimeout), cancellation).ConfigureAwait(false);
        (string, object?)[] facts = [("Proxy", target.Proxy.Address.ToString()), ("ProxySource", target.Proxy.Source)];
        return finding is null
            ? ProbeResults.From($"the proxy {target.Proxy.Address} ({target.Proxy.Source}) lets connections to {target.Endpoint.Authority} through", [], facts)
            : ProbeResults.From(finding.Title, [finding], facts);
    }

    private static async Task<ConsulFinding?> AskForTunnelAsync(DialTarget target, CancellationToken cancellation)
    {
        try
        {
            using var connection = await Dialer.DialTunnelAsync(target, new DialTrace(), cancellation).ConfigureAwait(false);
            return null;
        }
        catch (ConsulTransportException failure)
        {
            return await NamedAsync(target, failure, cancellation).ConfigureAwait(false);
        }
    }

    // Without a tunnel the proxy answers in the agent's place, so its answer has to be told from Consul's own: Consul never says Via.
    private static async Task<ConsulFinding?> AskThroughAsync(DialTarget target, TimeSpan patience, CancellationToken cancellation)
    {
        RawAnswer answer;
        try
        {
            using var connection = await Dialer.DialAsync(target, new DialTrace(), SslProtocols.None, cancellation).ConfigureAwait(false);
            answer = await RawQuestion.AskAsync(connection.Stream, Question(target), patience, IsHead, cancellation).ConfigureAwait(false);
        }
        catch (ConsulTransportException failure)
        {
            return await NamedAsync(target, failure, cancellation).ConfigureAwait(false);
        }
        var parsed = ProxyAnswer.Parse(answer.Bytes);
        var code = answer.IsEmpty
            ? answer.Ending == Ending.Silence ? "Proxy.ConnectTimeout" : "Proxy.ClosedDuringConnect"
            : FromConsul(parsed) ? null : ProxyFailure.CodeOf(parsed);
        return code is null ? null : await NamedAsync(target, Failure(target, code, parsed), cancellation).ConfigureAwait(false);
    }

    // A proxy that wants TLS hangs up on plain text, as others do for other reasons: a hello tells them apart.
    private static async Task<ConsulFinding> NamedAsync(DialTarget target, ConsulTransportException failure, CancellationToken cancellation)
    {
        if (failure.Code == "Proxy.ClosedDuringConnect" && target.Proxy!.Address.Scheme == Uri.UriSchemeHttp)
        {
            var proxy = target.Proxy.Address;
            var itself = target with
            {
                Proxy = null,
                Endpoint = target.Endpoint with { Host = proxy.IdnHost, Port = proxy.Port, UseTls = false },
            };
            var hello = await HelloQuestion.AskAsync(itself, ClientHello.Create(TlsVersion.Tls12, HelloQuestion.ServerNameOf(itself)), target.ConnectTimeout, cancellation)
                .ConfigureAwait(false);
            if (hello is { SpeaksTls: true }) return ConsulFinding.Create("Proxy.TlsExpected", failure.Evidence);
        }
        return failure.ToFinding();
    }

    private static ConsulTransportException Failure(DialTarget target, string code, ProxyAnswer answer) => new(code, DialPhase.Proxy,
        DialEvidence.Of(target.Endpoint, null,
            ("proxy", target.Proxy!.Address.ToString()), ("source", target.Proxy.Source), ("status", answer.Status),
            ("server", answer.Header("Via") ?? answer.Header("Server")),
            ("answer", answer.FirstBytes.Length == 0 ? null : TlsFailure.Printable(answer.FirstBytes)),
            ("seconds", Math.Round(target.ConnectTimeout.TotalSeconds, 1))));

    // Consul answers this question with 200, or says itself what is wrong; then with a header of its own, or in plain text without
    // anything that a proxy would add.
    private static bool FromConsul(ProxyAnswer answer) => answer.Status is >= 200 and < 300
        || answer.Headers.Any(header => header.StartsWith("X-Consul-", StringComparison.OrdinalIgnoreCase))
        || answer.Status is 403 or 429 or >= 500 && answer.Header("Via") is null && answer.Header("Server") is null
            && answer.Header("Content-Type")?.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) == true;

    private static byte[] Question(DialTarget target)
    {
        var text = new StringBuilder("GET http://").Append(target.Endpoint.Authority).Append(target.Endpoint.PathPrefix)
            .Append("/v1/status/leader HTTP/1.1\r\nHost: ").Append(target.Endpoint.Authority)
            .Append("\r\nUser-Agent: ConsulKvTools\r\nConnection: close\r\n");
        if (ProxyTunnel.Authorization(target.Proxy!) is { } authorization) text.Append(authorization);
        return Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
    }

    private static bool IsHead(byte[] bytes) =>
        bytes.Length >= HeadLimit || bytes.Length >= 5 && bytes[0] != 'H' || Encoding.ASCII.GetString(bytes).Contains("\r\n\r\n");
}
