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

    // Go's HTTPS server to plain text: HTTP/1.0, not a single header, always these words.
    private const string PlainTextToGo = "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server";

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
        return await HelloAsync().ConfigureAwait(false) is { SpeaksTls: true } hello ? await FromTlsAsync(hello).ConfigureAwait(false) : null;
    }

    // Something came back for a plain GET, or unasked.
    private async Task<(PortFacts Facts, string Answer)?> FromAnswerAsync(RawAnswer answer)
    {
        var line = TlsFailure.Printable(answer.Bytes.AsSpan(0, Math.Min(answer.Bytes.Length, 64)));
        if (Http2.StartsWithSettings(answer.Bytes)) return await FromHttp2Async().ConfigureAwait(false);
        if (ConsulWire.IsEncryptedSerf(answer.Bytes)) return Heard("Consul's gossip", "Port.ConsulSerf", "an encrypted gossip message");
        if (answer.Bytes is [0x15 or 0x16, 3, ..])
        {
            // A TLS record in answer to plain text, mostly the alert that says so. To https it is news of another kind, which the handshake tells.
            if (target.Endpoint.UseTls) return null;
            return await FromTlsAsync(await HelloAsync().ConfigureAwait(false)).ConfigureAwait(false) ?? Heard("TLS", "Http.TlsRequired", "a TLS record in answer to plain HTTP");
        }
        if (!answer.Text.StartsWith("HTTP/", StringComparison.Ordinal))
            return Heard("another protocol", target.Endpoint.UseTls ? "Tls.NotTls" : "Http.NotConsul", line);
        // An HTTPS server may say in clear that it wants TLS; most do so with 400, each in words of its own.
        return ProxyAnswer.Parse(answer.Bytes).Status is 400 or 497
            ? await FromBadRequestAsync(answer, line).ConfigureAwait(false)
            : Heard("plain HTTP", target.Endpoint.UseTls ? "Tls.PlainHttpOnPort" : null, line);
    }

    private async Task<(PortFacts Facts, string Answer)?> FromBadRequestAsync(RawAnswer answer, string line)
    {
        var hello = await HelloAsync().ConfigureAwait(false);
        var isHttps = hello is { SpeaksTls: true } || answer.Text.StartsWith(PlainTextToGo, StringComparison.Ordinal);
        if (!target.Endpoint.UseTls) return Heard(isHttps ? "HTTPS" : "plain HTTP", isHttps ? "Http.TlsRequired" : null, line);
        if (hello is { SpeaksTls: true }) return await FromTlsAsync(hello).ConfigureAwait(false) ?? Heard("HTTPS", null, line);
        // Where the answer to a hello is lost on its way, as large packets are in a black hole, these short lines still come through. So
        // only an answer that is no TLS proves plain HTTP.
        return hello is { Raw.IsEmpty: false } && !isHttps ? Heard("plain HTTP", "Tls.PlainHttpOnPort", line) : null;
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
        if (dns is not null && DnsQuestion.AnswersTcp(dns.Bytes, question)) return Heard("Consul's DNS", "Port.ConsulDns", "answers a DNS question");
        // Read as a TLS record, plain HTTP announces more bytes than ever come: some wait for them.
        return !target.Endpoint.UseTls && await HelloAsync().ConfigureAwait(false) is { SpeaksTls: true } hello ? await FromTlsAsync(hello).ConfigureAwait(false) : null;
    }

    // Speaks TLS, and does not say in plain text what it wants.
    private async Task<(PortFacts Facts, string Answer)?> FromTlsAsync(HelloAnswer? hello)
    {
        if (await HelloQuestion.AskAsync(target, ConsulWire.RpcHello, Patience, cancellation).ConfigureAwait(false) is { IsServerHello: true })
            return Heard("the servers' RPC with TLS", "Port.ConsulRpc", "TLS behind the RPC byte");
        var unasked = await AskInsideTlsAsync(null, AcceptPause).ConfigureAwait(false);
        if (unasked is not null && Http2.StartsWithSettings(unasked.Bytes)) return Heard("gRPC with TLS", "Port.ConsulGrpc", "HTTP/2 SETTINGS inside TLS");
        var answer = unasked is { IsEmpty: true, Ending: Ending.Silence } ? await AskInsideTlsAsync(ConsulWire.Get(target.Endpoint.Authority), Patience).ConfigureAwait(false) : unasked;
        if (target.Endpoint.UseTls)
            return answer is not null && Http2.StartsWithSettings(answer.Bytes)
                ? Heard("HTTP/2 only", "Http.ProtocolMismatch", "HTTP/2 SETTINGS inside TLS in answer to HTTP/1.1") : null;
        // Whoever says something else there, as mail servers do, speaks TLS but not HTTPS.
        return hello is { SpeaksTls: true } && (answer is null or { IsEmpty: true } || Http2.StartsWithSettings(answer.Bytes) || answer.Text.StartsWith("HTTP/", StringComparison.Ordinal))
            ? Heard("HTTPS", "Http.TlsRequired", "answers a TLS hello") : null;
    }

    // What is sent here is no secret, so that the certificate does not matter.
    private async Task<RawAnswer?> AskInsideTlsAsync(byte[]? question, TimeSpan patience)
    {
        var blind = target with { Endpoint = target.Endpoint with { UseTls = true }, Tls = target.Tls with { SkipVerification = true } };
        try
        {
            using var connection = await Dialer.DialAsync(blind, new DialTrace(), SslProtocols.None, cancellation).ConfigureAwait(false);
            return await RawQuestion.AskAsync(connection.Stream, question, patience, bytes => bytes.Length >= 9, cancellation).ConfigureAwait(false);
        }
        catch (ConsulTransportException)
        {
            return null;
        }
    }

    private Task<HelloAnswer?> HelloAsync() =>
        HelloQuestion.AskAsync(target, ClientHello.Create(TlsVersion.Tls12, HelloQuestion.ServerNameOf(target)), Patience, cancellation);

    private Task<RawAnswer?> AskAsync(byte[] question, Func<byte[], bool> isComplete) =>
        RawQuestion.AskAsync(target, question, Patience, isComplete, cancellation);

    private static bool IsWholeAnswer(byte[] bytes) => bytes.Length >= 9 && (bytes[0] != 'H' || Encoding.ASCII.GetString(bytes).Contains("\r\n\r\n"))
        && (bytes[0] != 10 || ConsulWire.IsEncryptedSerf(bytes));

    private static (PortFacts Facts, string Answer)? Heard(string speaker, string? code, string answer) => (new PortFacts(speaker, code), answer);
}
