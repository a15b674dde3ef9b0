namespace ConsulKvTools.Http;

/// <summary>What a proxy's answer to CONNECT amounts to.</summary>
internal static class ProxyFailure
{
    /// <summary>The code; null when the tunnel stands.</summary>
    public static string? CodeOf(ProxyAnswer answer) => answer.Status switch
    {
        >= 200 and < 300 => null,
        null => answer.FirstBytes.Length == 0 ? "Proxy.ClosedDuringConnect"
            // A TLS alert or hello in answer to plain text.
            : answer.FirstBytes[0] is 0x15 or 0x16 ? "Proxy.TlsExpected"
            : "Proxy.NotAProxy",
        407 => "Proxy.AuthenticationRequired",
        // Whoever sends elsewhere before the tunnel stands wants a person to log in first; 511 says so outright.
        >= 300 and < 400 or 511 => "Proxy.CaptivePortal",
        400 or 404 or 405 or 501 => "Proxy.NotAProxy",
        504 => "Proxy.TargetTimeout",
        >= 500 => "Proxy.TargetUnreachable",
        _ => "Proxy.Forbidden",
    };
}
