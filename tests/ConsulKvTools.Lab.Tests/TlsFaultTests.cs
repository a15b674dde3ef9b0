using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Lab;

public sealed class TlsFaultTests : IDisposable
{
    private readonly CertificateLab _lab = new();
    private readonly CertificateAuthority _ca;
    private readonly IssuedCertificate _certificate;

    public TlsFaultTests()
    {
        _ca = _lab.Authority();
        _certificate = _ca.Issue("localhost", "127.0.0.1");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task Each_broken_handshake_breaks_in_its_own_way()
    {
        Assert.Contains("unexpected EOF", (await Fails(TlsFault.CloseAtClientHello)).Message, StringComparison.Ordinal);
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>((await Fails(TlsFault.ResetAtClientHello)).GetBaseException()).SocketErrorCode);
        Assert.IsType<AuthenticationException>(await Fails(TlsFault.Alert(112)));
        Assert.IsType<AuthenticationException>(await Fails(TlsFault.FlipBit));
        Assert.Contains("unexpected EOF", (await Fails(TlsFault.CloseAfterServerHello)).Message, StringComparison.Ordinal);
        await Fails(TlsFault.ResetAfterServerHello);
        await Fails(TlsFault.ResetOnServerName);
        Assert.IsAssignableFrom<OperationCanceledException>(await Fails(TlsFault.Silence));
        Assert.IsAssignableFrom<OperationCanceledException>(await Fails(TlsFault.StallAfterServerHello));
        Assert.IsType<AuthenticationException>(await Fails(TlsFault.OnlyVersion(0x0301)));
    }

    [Fact]
    public async Task Versions_ciphers_client_certificates_and_names_are_seen()
    {
        await using var server = new ScriptedHttpServer(new TlsServerOptions(_certificate)
        {
            Protocols = SslProtocols.Tls12,
            ClientAuthority = _ca,
            Alpn = ["http/1.1"],
        });
        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(server.Port, "localhost", null));
        await ConnectAsync(server.Port, "localhost", _ca.IssueClient("somebody"));
        await ConnectAsync(server.Port, "", _ca.IssueClient("somebody"));

        Assert.Equal([false, true, true], server.Handshakes.Select(h => h.Succeeded));
        var second = server.Handshakes[1];
        Assert.Equal(("localhost", "CN=somebody", SslProtocols.Tls12), (second.ServerName, second.ClientCertificateSubject, second.Protocol));
        Assert.Contains(0x0304, second.OfferedVersions);
        Assert.Null(server.Handshakes[2].ServerName);
    }

    private async Task<Exception> Fails(TlsFault fault)
    {
        await using var server = new ScriptedHttpServer(new TlsServerOptions(_certificate) { Fault = fault });
        return await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(server.Port, "localhost", null));
    }

    private static async Task ConnectAsync(int port, string name, IssuedCertificate? client)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(800);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port, patience.Token);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ClientCertificates = client is null ? null : [client.Certificate],
        }, patience.Token);
        // With TLS 1.3 the server's verdict on the client certificate comes only now.
        await tls.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), patience.Token);
        if (await tls.ReadAsync(new byte[100], patience.Token) == 0) throw new IOException("closed");
    }
}
