using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Transport;

/// <summary>One authority, a good server certificate and a good client certificate for the tests of one class.</summary>
public sealed class CertificatesFixture : IDisposable
{
    public CertificatesFixture()
    {
        Root = Lab.Authority("Test Root");
        Good = Root.Issue("localhost", "127.0.0.1", "::1");
        Client = Root.IssueClient("client");
    }

    public CertificateLab Lab { get; } = new();

    public CertificateAuthority Root { get; }

    public IssuedCertificate Good { get; }

    public IssuedCertificate Client { get; }

    /// <summary>The arguments that make <c>openssl s_server</c> show this certificate and what it sends along.</summary>
    public string[] Serve(IssuedCertificate certificate) =>
        ["-cert", certificate.CertificateFile, "-key", certificate.KeyFile, "-cert_chain", certificate.CertificateFile];

    public void Dispose() => Lab.Dispose();
}
