using System.Net.Security;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Transport;

/// <summary>TLS by .NET on the server's side of a <see cref="RawServer"/>.</summary>
internal sealed class SslServer(IssuedCertificate certificate) : IDisposable
{
    private readonly SslStreamCertificateContext context = SslStreamCertificateContext.Create(certificate.Certificate, [.. certificate.SentChain], offline: true);

    public async Task<SslStream> AcceptAsync(Stream stream, bool askForCertificate = false)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = context,
            ClientCertificateRequired = askForCertificate,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        return tls;
    }

    public void Dispose() => GC.KeepAlive(context);
}
