namespace ConsulKvTools.Lab;

/// <summary>An agent's TLS settings; the HTTPS port is on when they are given.</summary>
public sealed record AgentTlsOptions
{
    /// <summary>Shows this certificate.</summary>
    public AgentTlsOptions(IssuedCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        CertificateFile = certificate.CertificateFile;
        KeyFile = certificate.KeyFile;
        AuthorityFile = certificate.Issuer.CertificateFile;
        ControlCertificate = certificate;
    }

    /// <summary>PEM file with the agent's certificate and any intermediates.</summary>
    public string CertificateFile { get; set; }

    /// <summary>PEM file with the agent's private key.</summary>
    public string KeyFile { get; set; }

    /// <summary>PEM file with the CA that client certificates must come from; null asks nothing.</summary>
    public string? AuthorityFile { get; set; }

    /// <summary>True demands a client certificate on the HTTPS port (mTLS).</summary>
    public bool VerifyIncoming { get; set; }

    /// <summary>True also encrypts and checks RPC between agents, both ways.</summary>
    public bool SecureRpc { get; set; }

    /// <summary>The lowest version in Consul's old spelling: <c>tls10</c>, <c>tls11</c>, <c>tls12</c> or <c>tls13</c>; null leaves the default.</summary>
    public string? MinVersion { get; set; }

    /// <summary>Comma-separated cipher suites (<c>TLS_ECDHE_…</c>); null leaves the default.</summary>
    public string? CipherSuites { get; set; }

    /// <summary>The client certificate that the lab itself shows when it talks to an agent that demands one.</summary>
    public IssuedCertificate? ControlCertificate { get; set; }
}
