using System.Net.Sockets;

namespace ConsulKvTools.Http;

/// <summary>Socket errors as findings. <see cref="SocketError"/> is the same everywhere; native numbers are not.</summary>
internal static class TcpFailure
{
    // When the addresses of one host fail in different ways, the one that tells most comes first: what concerns every address, then
    // what got furthest.
    private static readonly string[] MostTellingFirst =
    [
        "Tcp.TooManyOpenSockets", "Tcp.LocalPortsExhausted", "Tcp.Refused", "Tcp.AccessDenied", "Tcp.Timeout",
        "Tcp.HostUnreachable", "Tcp.NetworkUnreachable", "Tcp.AddressFamilyUnavailable",
    ];

    /// <summary>Why connecting to one address failed.</summary>
    public static string CodeOf(SocketError error, AddressFamily family) => error switch
    {
        SocketError.ConnectionRefused => "Tcp.Refused",
        // A router may also say that the host does not take this protocol (ICMP 3/2).
        SocketError.HostUnreachable or SocketError.HostDown or SocketError.ProtocolOption => "Tcp.HostUnreachable",
        // A route of kind blackhole makes Linux say "invalid argument" at once.
        SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.InvalidArgument => "Tcp.NetworkUnreachable",
        SocketError.AccessDenied => "Tcp.AccessDenied",
        SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported => "Tcp.AddressFamilyUnavailable",
        SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse => family == AddressFamily.InterNetworkV6
            ? "Tcp.AddressFamilyUnavailable" : "Tcp.LocalPortsExhausted",
        SocketError.NoBufferSpaceAvailable => "Tcp.LocalPortsExhausted",
        SocketError.TooManyOpenSockets => "Tcp.TooManyOpenSockets",
        // A listener that resets instead of accepting is one whose connection policy says no.
        SocketError.ConnectionReset or SocketError.ConnectionAborted => "Tcp.ClosedOnAccept",
        _ => "Tcp.Timeout",
    };

    /// <summary>The attempt that tells most about why a host cannot be reached, and its code.</summary>
    public static (string Code, AddressAttempt? Attempt) MostTelling(IEnumerable<AddressAttempt> attempts)
    {
        var failures = attempts.Where(attempt => attempt.Error is not null)
            .Select(attempt => (Code: CodeOf(attempt.Error!.Value, attempt.Address.AddressFamily), (AddressAttempt?)attempt))
            .ToArray();
        foreach (var code in MostTellingFirst)
            foreach (var failure in failures)
                if (failure.Code == code) return failure;
        return failures.Length > 0 ? failures[0] : ("Tcp.Timeout", null);
    }
}
