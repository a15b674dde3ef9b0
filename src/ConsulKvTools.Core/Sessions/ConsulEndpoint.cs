namespace ConsulKvTools.Sessions;

/// <summary>Where the agent's HTTP API is: a host and port, or a unix socket; with or without TLS.</summary>
internal sealed record ConsulEndpoint
{
    /// <summary>Host name or literal address as given, IPv6 without brackets; empty for a unix socket.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port 1 to 65535; 0 for a unix socket.</summary>
    public required int Port { get; init; }

    /// <summary>True for https.</summary>
    public required bool UseTls { get; init; }

    /// <summary>Path of the unix socket; null for TCP.</summary>
    public string? SocketPath { get; init; }

    /// <summary>True when the address named its port; false when the scheme's own (80 or 443) applies.</summary>
    public bool PortWasGiven { get; init; } = true;

    /// <summary>Path in front of <c>/v1</c>, as some reverse proxies want it, beginning with a slash; empty for none.</summary>
    public string PathPrefix { get; init; } = "";

    /// <summary>True when the host is this machine's loopback, or the endpoint is a unix socket.</summary>
    public bool IsLoopback =>
        SocketPath is not null
        || string.Equals(Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (System.Net.IPAddress.TryParse(Host, out var address) && System.Net.IPAddress.IsLoopback(address));

    /// <summary><c>host:port</c> with brackets around IPv6, or the socket's path.</summary>
    public string Authority => SocketPath ?? (Host.IndexOf(':') >= 0 ? $"[{Host}]:{Port}" : $"{Host}:{Port}");

    /// <inheritdoc/>
    public override string ToString() => Port == 0 && SocketPath is null ? Host : SocketPath is null ? $"{(UseTls ? "https" : "http")}://{Authority}{PathPrefix}" : $"unix://{SocketPath}";
}
