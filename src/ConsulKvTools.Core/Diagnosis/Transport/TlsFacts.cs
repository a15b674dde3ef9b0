using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>What the TLS handshake settled.</summary>
internal sealed record TlsFacts(TlsReport Report);
