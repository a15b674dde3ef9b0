namespace ConsulKvTools;

/// <summary>The TLS handshake failed, or a certificate on either side is not to be trusted (<c>Tls.*</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulTlsException(ConsulFinding finding, Exception? inner = null) : ConsulConnectionException(finding, inner);
