using System.ComponentModel;
using System.Security.Cryptography;

namespace ConsulKvTools.Http;

/// <summary>
/// The alert behind a TLS failure, read from the platform's error number. The only way to see alerts that were encrypted
/// (TLS 1.3, and everything after the handshake); message texts are never looked at.
/// </summary>
internal static class NativeTlsError
{
    private const long SchannelMessageLimit = 0x8000;
    private const int OpenSslTlsLibrary = 20;
    private const int FirstAlertReason = 1000;

    /// <summary>The number of the alert that was <em>received</em>; null when the failure carries none.</summary>
    public static int? AlertOf(Exception? failure)
    {
        for (var link = failure; link is not null; link = link.InnerException)
        {
            // Windows first: Win32Exception's HResult says only E_FAIL, its NativeErrorCode says what SChannel meant.
            if (link is Win32Exception windows && FromSchannel(windows.NativeErrorCode) is { } known) return known;
            if (link is CryptographicException && FromOpenSsl(link.HResult) is { } alert) return alert;
        }
        return null;
    }

    /// <summary>The code of a failure that only SChannel knows; null on other platforms and for everything else.</summary>
    public static string? SchannelCodeOf(Exception? failure, long bytesReceived) =>
        unchecked((uint?)TransportFailures.Find<Win32Exception>(failure)?.NativeErrorCode) switch
        {
            // SEC_E_NO_CREDENTIALS: a key that exists in memory only cannot sign.
            0x8009030E => "Tls.ClientKeyNotUsable",
            // SEC_E_ILLEGAL_MESSAGE without any alert, after more than SChannel's limit for one message.
            0x80090326 when bytesReceived > SchannelMessageLimit => "Tls.HandshakeTooLarge",
            _ => null,
        };

    // OpenSSL packs library and reason into one number; a received alert n has reason 1000 + n in the TLS library.
    private static int? FromOpenSsl(int error)
    {
        var reason = error & 0xFFF;
        var library = error >> 23 & 0xFF;
        // 1.1.1 keeps the library in the top byte instead.
        var inTls = library == OpenSslTlsLibrary || error >> 24 == OpenSslTlsLibrary;
        return inTls && reason is >= FirstAlertReason and < FirstAlertReason + 256 ? reason - FirstAlertReason : null;
    }

    // Microsoft, "Schannel Error Codes for TLS and SSL Alerts". Several alerts share 0x80090326 and 0x80090308: those stay unknown.
    private static int? FromSchannel(int error) => unchecked((uint)error) switch
    {
        0x80090327 => TlsAlert.BadCertificate,
        0x80092010 => TlsAlert.CertificateRevoked,
        0x80090328 => TlsAlert.CertificateExpired,
        0x80090325 => TlsAlert.UnknownCa,
        0x8009030C => TlsAlert.AccessDenied,
        0x80090330 => TlsAlert.DecryptError,
        0x80090302 => TlsAlert.ProtocolVersion,
        0x80090331 => TlsAlert.InsufficientSecurity,
        0x80090304 => TlsAlert.InternalError,
        0x80090367 => TlsAlert.NoApplicationProtocol,
        _ => null,
    };
}
