namespace ConsulKvTools.Sessions;

/// <summary>The HTTP proxy between client and agent, already decided for this endpoint.</summary>
/// <param name="Address">The proxy's address, http or https, without credentials.</param>
/// <param name="Credential">User and password for the proxy; null when none.</param>
/// <param name="Source">Who asked for it, for people: <c>-Proxy</c>, <c>HTTP_PROXY</c>…</param>
internal sealed record ProxySettings(Uri Address, System.Net.NetworkCredential? Credential, string Source);
