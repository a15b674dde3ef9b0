using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Tests.Transport;

/// <summary>
/// A server whose handshake is a real one until the client has shown its certificate; then, in the server's place, it sends an alert in
/// clear, as TLS 1.2 servers do.
/// </summary>
internal static class AlertRelay
{
    /// <summary>Plays one connection.</summary>
    /// <param name="client">The client's end.</param>
    /// <param name="port">A real TLS 1.2 server on loopback.</param>
    /// <param name="alert">The fatal alert's number.</param>
    public static async Task PlayAsync(Stream client, int port, int alert)
    {
        var buffer = new byte[16 * 1024];
        var hello = await client.ReadAsync(buffer);
        // A probe that only connects; the real server, which serves one client at a time, must not wait for it.
        if (hello == 0) return;
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await server.ConnectAsync(IPAddress.Loopback, port);
        await using var far = new NetworkStream(server);
        await far.WriteAsync(buffer.AsMemory(0, hello));
        // Until ServerHelloDone, which ends the flight: type 14, no body.
        var flight = new List<byte>();
        while (flight.Count < 4 || !flight[^4..].SequenceEqual<byte>([14, 0, 0, 0]))
        {
            var count = await far.ReadAsync(buffer);
            if (count == 0) return;
            flight.AddRange(buffer.AsSpan(0, count));
        }
        await client.WriteAsync(flight.ToArray());
        await RawServer.HearAsync(client);
        await client.WriteAsync(new byte[] { 21, 3, 3, 0, 2, 2, (byte)alert });
        await Task.Delay(100);
    }
}
