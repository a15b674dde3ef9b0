using System.Security.Authentication;

namespace ConsulKvTools.Lab;

/// <summary>What a server saw of one TLS handshake.</summary>
/// <param name="ServerName">The name the client asked for (SNI); null when it sent none.</param>
/// <param name="OfferedVersions">The versions the client offered as numbers: 0x0303 is TLS 1.2, 0x0304 TLS 1.3.</param>
/// <param name="Protocol">The version agreed on; <see cref="SslProtocols.None"/> when it failed.</param>
/// <param name="ClientCertificateSubject">The subject of the client's certificate; null when none came.</param>
/// <param name="Error">Why it failed; null when it succeeded.</param>
public sealed record RecordedHandshake(
    string? ServerName, IReadOnlyList<int> OfferedVersions, SslProtocols Protocol, string? ClientCertificateSubject, string? Error)
{
    /// <summary>True when both sides agreed.</summary>
    public bool Succeeded => Error is null;
}
