using System.Net.Security;
using System.Security.Authentication;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>SslStream as this platform has it.</summary>
internal static class TlsPlatform
{
    /// <summary>False: .NET Framework knows only the machine's trust.</summary>
    public const bool ChecksCustomTrust = false;

    public static async Task<SslStream> AuthenticateAsync(
        Stream transport, string host, TlsSettings settings, SslProtocols protocols,
        RemoteCertificateValidationCallback verify, LocalCertificateSelectionCallback select, CancellationToken cancellation)
    {
        var tls = new SslStream(transport, leaveInnerStreamOpen: false, verify, select);
        // SslStream cannot be cancelled here: closing the socket ends it.
        using (cancellation.Register(transport.Dispose))
        {
            try
            {
                await tls.AuthenticateAsClientAsync(host, null, protocols, checkCertificateRevocation: false).ConfigureAwait(false);
                return tls;
            }
            catch (Exception)
            {
                tls.Dispose();
                cancellation.ThrowIfCancellationRequested();
                throw;
            }
        }
    }

    public static string? ApplicationProtocol(SslStream tls) => null;

    public static string SuiteName(int suite) => "0x" + suite.ToString("X4", null);
}
