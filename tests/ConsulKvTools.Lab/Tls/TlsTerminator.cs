using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Lab;

/// <summary>The server's side of TLS handshakes, sound or broken.</summary>
internal sealed class TlsTerminator
{
    private readonly TlsServerOptions _options;
    private readonly SslStreamCertificateContext _certificate;
    private readonly Lock _gate = new();
    private readonly List<RecordedHandshake> _handshakes = [];

    public TlsTerminator(TlsServerOptions options)
    {
        _options = options;
        var trust = options.ClientAuthority is { } authority
            ? SslCertificateTrust.CreateForX509Collection([authority.Certificate], sendTrustInHandshake: !OperatingSystem.IsWindows())
            : null;
        _certificate = SslStreamCertificateContext.Create(
            options.Certificate.Certificate, [.. options.Certificate.SentChain], offline: true, trust);
    }

    public IReadOnlyList<RecordedHandshake> Handshakes
    {
        get
        {
            lock (_gate) return [.. _handshakes];
        }
    }

    /// <summary>Does the handshake and puts the TLS stream into the connection.</summary>
    /// <returns>False when the fault asked for has ended the connection.</returns>
    public async Task<bool> AcceptAsync(ScriptedConnection connection, CancellationToken cancellationToken)
    {
        var record = await ClientHello.ReadRecordAsync(connection.Stream, cancellationToken).ConfigureAwait(false);
        var hello = ClientHello.Parse(record);
        var fault = _options.Fault;
        if (fault?.Kind == TlsFaultKind.ResetOnServerName && hello.ServerName is null) fault = null;
        if (fault is not null && await AnswerBrokenAsync(fault, hello, connection, cancellationToken).ConfigureAwait(false))
        {
            Record(new(hello.ServerName, hello.Versions, SslProtocols.None, null, $"fault {fault.Kind}"));
            return false;
        }

        var stream = new HandshakeStream(connection, record, fault?.Kind);
        var tls = new SslStream(stream);
        // A stream whose handshake failed does not tell its peer's certificate, so it is noted when it is judged.
        string? subject = null;
        try
        {
            await tls.AuthenticateAsServerAsync(ServerOptions(certificate => subject = certificate?.Subject), cancellationToken).ConfigureAwait(false);
            Record(new(hello.ServerName, hello.Versions, tls.SslProtocol, subject, null));
            connection.Stream = tls;
            return true;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            Record(new(hello.ServerName, hello.Versions, SslProtocols.None, subject, e.Message));
            if (stream.Stalled) await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<bool> AnswerBrokenAsync(TlsFault fault, ClientHello hello, ScriptedConnection connection, CancellationToken cancellationToken)
    {
        switch (fault.Kind)
        {
            case TlsFaultKind.Close:
                await connection.EndAsync(reset: false).ConfigureAwait(false);
                return true;
            case TlsFaultKind.Reset or TlsFaultKind.ResetOnServerName:
                await connection.EndAsync(reset: true).ConfigureAwait(false);
                return true;
            case TlsFaultKind.Silence:
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
                return true;
            case TlsFaultKind.Alert:
                await SendAlertAsync(connection, fault.Fatal, fault.Number, cancellationToken).ConfigureAwait(false);
                await connection.EndAsync(reset: false).ConfigureAwait(false);
                return true;
            case TlsFaultKind.OnlyVersion when !hello.Versions.Contains(fault.Number):
                await SendAlertAsync(connection, fatal: true, 70, cancellationToken).ConfigureAwait(false);
                await connection.EndAsync(reset: false).ConfigureAwait(false);
                return true;
            case TlsFaultKind.OnlyVersion:
                var (high, low) = ((byte)(fault.Number >> 8), (byte)fault.Number);
                // ServerHello: version, 32 random bytes, no session, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, no compression.
                byte[] serverHello = [0x16, high, low, 0, 42, 2, 0, 0, 38, high, low, .. new byte[32], 0, 0xC0, 0x13, 0];
                await connection.Stream.WriteAsync(serverHello, cancellationToken).ConfigureAwait(false);
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
                return true;
            default:
                return false;
        }
    }

    private static async Task SendAlertAsync(ScriptedConnection connection, bool fatal, int number, CancellationToken cancellationToken) =>
        await connection.Stream.WriteAsync(new byte[] { 0x15, 3, 3, 0, 2, (byte)(fatal ? 2 : 1), (byte)number }, cancellationToken).ConfigureAwait(false);

    private SslServerAuthenticationOptions ServerOptions(Action<X509Certificate?> look)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _certificate,
            EnabledSslProtocols = _options.Protocols,
            ClientCertificateRequired = _options.ClientAuthority is not null,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                look(certificate);
                return _options.ClientAuthority is null || !_options.RequireClientCertificate || IsFromAuthority(certificate);
            },
        };
        if (_options.Alpn.Count > 0) options.ApplicationProtocols = [.. _options.Alpn.Select(name => new SslApplicationProtocol(name))];
        if (_options.CipherSuites.Count > 0 && !OperatingSystem.IsWindows()) options.CipherSuitesPolicy = new(_options.CipherSuites);
        return options;
    }

    private bool IsFromAuthority(X509Certificate? certificate)
    {
        if (certificate is null) return false;
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                ApplicationPolicy = { new("1.3.6.1.5.5.7.3.2") },
            },
        };
        foreach (var authority in _options.ClientAuthority!.Path) chain.ChainPolicy.CustomTrustStore.Add(authority.Certificate);
        return chain.Build(new(certificate));
    }

    private void Record(RecordedHandshake handshake)
    {
        lock (_gate) _handshakes.Add(handshake);
    }
}
