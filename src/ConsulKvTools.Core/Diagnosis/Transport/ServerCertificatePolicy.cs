using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>The dialer's judgement of server certificates, for the platform whose HTTP handler dials by itself.</summary>
internal static class ServerCertificatePolicy
{
    /// <summary>Whether the target's settings accept this certificate.</summary>
    /// <param name="certificate">The server's own certificate.</param>
    /// <param name="sent">What else the server sent.</param>
    /// <param name="target">Whom the connection is meant for.</param>
    public static bool Accepts(X509Certificate2 certificate, IEnumerable<X509Certificate2> sent, DialTarget target) =>
        ChainJudge.Judge([certificate, .. sent], target.Tls, target.Tls.ServerName ?? target.Endpoint.Host, DateTime.UtcNow).Accepted;
}
