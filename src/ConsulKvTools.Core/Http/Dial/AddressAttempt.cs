using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Http;

/// <summary>What became of connecting to one address.</summary>
/// <param name="Address">The address tried.</param>
/// <param name="Elapsed">Time until it answered, failed or was given up.</param>
/// <param name="Error">Why it failed; null when connected, <see cref="SocketError.TimedOut"/> when nothing came back in time.</param>
internal sealed record AddressAttempt(IPEndPoint Address, TimeSpan Elapsed, SocketError? Error)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Address}: {(Error is null ? "connected" : Error.ToString())} after {DiagnosisText.Time(Elapsed)}";
}
