using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>SslStream as this platform has it.</summary>
internal static class TlsPlatform
{
    /// <summary>True: SslStream's own check takes the configured certificates into account.</summary>
    public const bool ChecksCustomTrust = true;

    // Never h2: what follows speaks HTTP/1.1. A server that answers no protocol at all is a hint that it is not the HTTP API.
    private static readonly List<SslApplicationProtocol> Http11 = [SslApplicationProtocol.Http11];

    public static async Task<SslStream> AuthenticateAsync(
        Stream transport, string host, TlsSettings settings, SslProtocols protocols,
        RemoteCertificateValidationCallback verify, LocalCertificateSelectionCallback select, CancellationToken cancellation)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = protocols,
            ApplicationProtocols = Http11,
            CertificateChainPolicy = ChainPolicies.Create(settings),
            RemoteCertificateValidationCallback = verify,
        };
        if (NeedsContext(settings))
            // Offline: looking for the client's own intermediates on the network could hang the handshake.
            options.ClientCertificateContext = SslStreamCertificateContext.Create(
                settings.ClientCertificate!, [.. settings.ClientCertificateChain], offline: true);
        else
            options.LocalCertificateSelectionCallback = select;
        var tls = new SslStream(transport, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellation).ConfigureAwait(false);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public static string? ApplicationProtocol(SslStream tls) =>
        tls.NegotiatedApplicationProtocol.Protocol.Length == 0 ? null : tls.NegotiatedApplicationProtocol.ToString();

    public static string SuiteName(int suite) =>
        Enum.IsDefined((TlsCipherSuite)suite) ? ((TlsCipherSuite)suite).ToString() : "0x" + suite.ToString("X4", null);

    // The callback is preferred, for it shows whom the server accepts; it can hand over neither intermediates nor keep SslStream from
    // following an issuer's address.
    private static bool NeedsContext(TlsSettings settings) => settings.ClientCertificate is { HasPrivateKey: true } certificate
        && (settings.ClientCertificateChain.Count > 0 || CertificateFacts.HasAuthorityAccess(certificate));
}
