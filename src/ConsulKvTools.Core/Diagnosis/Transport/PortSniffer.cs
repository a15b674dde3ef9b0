using System.Security.Authentication;
using System.Text;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>
/// Finds out who listens on the port the user named, once it has shown that it is not the HTTP API that was expected. Asks one
/// question after the other and stops at the first positive answer: every visit leaves a line in somebody's log.
/// </summary>
internal sealed class PortSniffer
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(250);

    private readonly DialTarget target;
    private readonly CancellationToken cancellation;

    private PortSniffer(DialTarget target, CancellationToken cancellation)
    {
        this.target = target with { ConnectTimeout = target.ConnectTimeout < TimeSpan.FromSeconds(2) ? target.ConnectTimeout : TimeSpan.FromSeconds(2) };
        this.cancellation = cancellation;
    }

    /// <summary>Who speaks, and what was heard; null when it cannot be told.</summary>
    public static Task<(PortFacts Facts, string Answer)?> SniffAsync(DialTarget target, CancellationToken cancellation) =>
        new PortSniffer(target, cancellation).SniffAsync();

    private async Task<(PortFacts Facts, string Answer)?> SniffAsync()
    {
        var get = await AskAsync(ConsulWire.Get(target.Endpoint.Authority), IsWholeAnswer).ConfigureAwait(false);
        if (get is null) return null;
        if (!get.IsEmpty) return await FromAnswerAsync(get).ConfigureAwait(false);
        if (get.Ending == Ending.Silence) return await FromSilenceAsync().ConfigureAwait(false);

        var silent = await RawQuestion.AskAsync(target, null, AcceptPause, null, cancellation).ConfigureAwait(false);
        if (silent is { IsEmpty: false }) return await FromAnswerAsync(silent).ConfigureAwait(false);
        if (silent is { Ending: Ending.Closed or Ending.Reset })
            return Heard("something that closes every connection at once", "Tcp.ClosedOnAccept", $"{silent.Ending} after {silent.Elapsed.TotalMilliseconds:0} ms");

        if (await AskAsync(ConsulWire.RpcPing, ConsulWire.IsRpcAnswer).ConfigureAwait(false) is { } rpc && ConsulWire.IsRpcAnswer(rpc.Bytes))
            return Heard("the servers' RPC", "Port.ConsulRpc", "answers Status.Ping");
        if (await AskAsync(ConsulWire.SerfPing, ConsulWire.IsSerfAnswer).ConfigureAwait(false) is { } serf && ConsulWire.IsSerfAnswer(serf.Bytes))
            return Heard("Consul's gossip", "Port.ConsulSerf", "answers a gossip ping");
        var hello = await HelloQuestion.AskAsync(target, ClientHello.Create(TlsVersion.Tls12, HelloQuestion.ServerNameOf(target)), Patience, cancellation).ConfigureAwait(false);
        return hello is { SpeaksTls: true } ? await FromTlsAsync().ConfigureAwait(false) : null;
    }

    // Something came back for a plain GET, or unasked.
    private async Task<(PortFacts Facts, string Answer)?> FromAnswerAsync(RawAnswer answer)
    {
        var line = TlsFailure.Printable(answer.Bytes.AsSpan(0, Math.Min(answer.Bytes.Length, 64)));
        if (Http2.StartsWithSettings(answer.Bytes)) return await FromHttp2Async().ConfigureAwait(false);
        if (ConsulWire.IsEncryptedSerf(answer.Bytes)) return Heard("Consul's gossip", "Port.ConsulSerf", "an encrypted gossip message");
        if (!answer.Text.StartsWith("HTTP/", StringComparison.Ordinal))
            return Heard("another protocol", target.Endpoint.UseTls ? "Tls.NotTls" : "Http.NotConsul", line);
        // Go's HTTPS server says so in HTTP/1.0 and without a single header; a hello proves that it means it.
        if (answer.Text.StartsWith("HTTP/1.0 400 Bad Request\r\n\r\n", StringComparison.Ordinal)
            && await HelloQuestion.AskAsync(target, ClientHello.Create(TlsVersion.Tls12, HelloQuestion.ServerNameOf(target)), Patience, cancellation).ConfigureAwait(false) is { SpeaksTls: true })
            return Heard("HTTPS", target.Endpoint.UseTls ? null : "Http.TlsRequired", line);
        return Heard("plain HTTP", target.Endpoint.UseTls ? "Tls.PlainHttpOnPort" : null, line);
    }

    // Consul's gRPC shows its settings before anything was asked; another HTTP/2 server, or a proxy, waits for the client.
    private async Task<(PortFacts Facts, string Answer)?> FromHttp2Async()
    {
        var unasked = await RawQuestion.AskAsync(target, null, AcceptPause, bytes => bytes.Length >= 9, cancellation).ConfigureAwait(false);
        return unasked is not null && Http2.StartsWithSettings(unasked.Bytes)
            ? Heard("gRPC", "Port.ConsulGrpc", "HTTP/2 SETTINGS, unasked")
            : Heard("HTTP/2 only", "Http.ProtocolMismatch", "HTTP/2 SETTINGS in answer to HTTP/1.1");
    }

    private async Task<(PortFacts Facts, string Answer)?> FromSilenceAsync()
    {
        var question = DnsQuestion.CreateForTcp("consul");
        var dns = await AskAsync(question, bytes => DnsQuestion.AnswersTcp(bytes, question)).ConfigureAwait(false);
        return dns is not null && DnsQuestion.AnswersTcp(dns.Bytes, question) ? Heard("Consul's DNS", "Port.ConsulDns", "answers a DNS question") : null;
    }

    // Speaks TLS and wants nothing of plain text: HTTPS would have complained.
    private async Task<(PortFacts Facts, string Answer)?> FromTlsAsync()
    {
        if (await HelloQuestion.AskAsync(target, ConsulWire.RpcHello, Patience, cancellation).ConfigureAwait(false) is { IsServerHello: true })
            return Heard("the servers' RPC with TLS", "Port.ConsulRpc", "TLS behind the RPC byte");
        // Nothing is sent on this connection, so that the certificate does not matter.
        var blind = target with { Endpoint = target.Endpoint with { UseTls = true }, Tls = target.Tls with { SkipVerification = true } };
        try
        {
            using var connection = await Dialer.DialAsync(blind, new DialTrace(), SslProtocols.None, cancellation).ConfigureAwait(false);
            var first = await RawQuestion.AskAsync(connection.Stream, null, AcceptPause, bytes => bytes.Length >= 9, cancellation).ConfigureAwait(false);
            return Http2.StartsWithSettings(first.Bytes) ? Heard("gRPC with TLS", "Port.ConsulGrpc", "HTTP/2 SETTINGS inside TLS") : null;
        }
        catch (ConsulTransportException)
        {
            return null;
        }
    }

    private Task<RawAnswer?> AskAsync(byte[] question, Func<byte[], bool> isComplete) =>
        RawQuestion.AskAsync(target, question, Patience, isComplete, cancellation);

    private static bool IsWholeAnswer(byte[] bytes) => bytes.Length >= 9 && (bytes[0] != 'H' || Encoding.ASCII.GetString(bytes).Contains("\r\n\r\n"))
        && (bytes[0] != 10 || ConsulWire.IsEncryptedSerf(bytes));

    private static (PortFacts Facts, string Answer)? Heard(string speaker, string? code, string answer) => (new PortFacts(speaker, code), answer);
}
