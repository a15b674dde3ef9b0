using System.Net.Security;
using System.Security.Authentication;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>SslStream as this platform has it.</summary>
internal static class TlsPlatform
{
    /// <summary>False: .NET Framework knows only the machine's trust.</summary>
    public const bool ChecksCustomTrust = false;

    /// <summary>
    /// What is offered when the system is to choose. powershell.exe names no target framework, and for such programs .NET Framework takes no
    /// <see cref="SslProtocols.None"/> and offers TLS 1.0 at most; TLS 1.2 is there on every Windows that has .NET Framework 4.7.2.
    /// </summary>
    public const SslProtocols Usual = SslProtocols.Tls12;

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
                await tls.AuthenticateAsClientAsync(host, null, protocols == SslProtocols.None ? Usual : protocols, checkCertificateRevocation: false).ConfigureAwait(false);
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
