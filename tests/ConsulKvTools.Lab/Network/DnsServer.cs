using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ConsulKvTools.Lab;

/// <summary>One question a DNS server was asked.</summary>
/// <param name="Name">The name without the final dot, in lower case.</param>
/// <param name="Type">The record type: 1 A, 28 AAAA, 33 SRV, …</param>
/// <param name="OverTcp">True when it came over TCP.</param>
public sealed record DnsQuestion(string Name, int Type, bool OverTcp);

/// <summary>A DNS server on loopback, UDP and TCP on one port, that answers as told. Names it was told nothing of do not exist.</summary>
public sealed class DnsServer : IDisposable, IAsyncDisposable
{
    private const int A = 1;
    private const int Aaaa = 28;
    private readonly ConcurrentDictionary<string, Answer> _answers = new();
    private readonly ConcurrentQueue<DnsQuestion> _questions = new();
    private readonly CancellationTokenSource _end = new();
    private readonly PortBlock? _block;
    private readonly Socket _udp;
    private readonly Socket _tcp;

    /// <summary>Starts a server.</summary>
    /// <param name="endPoint">Where; null is a free port of 127.0.0.1. Port 53 needs root.</param>
    public DnsServer(IPEndPoint? endPoint = null)
    {
        if (endPoint is null)
        {
            _block = PortBlock.Reserve();
            endPoint = new(IPAddress.Loopback, _block.First);
        }
        EndPoint = endPoint;
        _udp = new(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _udp.Bind(endPoint);
        _tcp = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _tcp.Bind(endPoint);
        _tcp.Listen();
        _ = ServeUdpAsync();
        _ = ServeTcpAsync();
    }

    private enum Code { NoError = 0, ServFail = 2, NxDomain = 3, Refused = 5 }

    /// <summary>The server's address and port.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>All questions so far.</summary>
    public IReadOnlyList<DnsQuestion> Questions => [.. _questions];

    /// <summary>Gives a name addresses, IPv4 and IPv6.</summary>
    public DnsServer On(string name, params string[] addresses) => Set(name, new(Code.NoError, [.. addresses.Select(IPAddress.Parse)]));

    /// <summary>Says that a name exists but has no address (NODATA).</summary>
    public DnsServer NoData(string name) => Set(name, new(Code.NoError, []));

    /// <summary>Says that a name does not exist (NXDOMAIN), as it does for names it was told nothing of.</summary>
    public DnsServer NxDomain(string name) => Set(name, new(Code.NxDomain, []));

    /// <summary>Says that answering failed (SERVFAIL).</summary>
    public DnsServer ServFail(string name) => Set(name, new(Code.ServFail, []));

    /// <summary>Refuses to answer (REFUSED).</summary>
    public DnsServer Refuse(string name) => Set(name, new(Code.Refused, []));

    /// <summary>Says nothing at all.</summary>
    public DnsServer Silent(string name) => Set(name, new(Code.NoError, []) { IsSilent = true });

    /// <summary>Answers after a while.</summary>
    public DnsServer Slow(string name, TimeSpan delay, params string[] addresses) =>
        Set(name, new(Code.NoError, [.. addresses.Select(IPAddress.Parse)]) { Delay = delay });

    /// <summary>Tells UDP clients to ask again over TCP, and answers there.</summary>
    public DnsServer TcpOnly(string name, params string[] addresses) =>
        Set(name, new(Code.NoError, [.. addresses.Select(IPAddress.Parse)]) { IsTruncated = true });

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _udp.Dispose();
        _tcp.Dispose();
        _block?.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Normal(string name) => name.TrimEnd('.').ToLowerInvariant();

    private DnsServer Set(string name, Answer answer)
    {
        _answers[Normal(name)] = answer;
        return this;
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[4096];
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _end.Token).ConfigureAwait(false);
                _ = AnswerUdpAsync(buffer[..received.ReceivedBytes], received.RemoteEndPoint);
            }
            catch (SocketException)
            {
                // Windows reports here that an earlier answer was not wanted any more.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerUdpAsync(byte[] query, EndPoint client)
    {
        try
        {
            if (await AnswerAsync(query, overTcp: false).ConfigureAwait(false) is { } answer)
                await _udp.SendToAsync(answer, SocketFlags.None, client, _end.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Nobody waits for it any more.
        }
    }

    private async Task ServeTcpAsync()
    {
        while (true)
        {
            try
            {
                var client = await _tcp.AcceptAsync(_end.Token).ConfigureAwait(false);
                _ = ServeTcpClientAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeTcpClientAsync(Socket client)
    {
        using (client)
        {
            try
            {
                await using var stream = new NetworkStream(client);
                var length = new byte[2];
                while (true)
                {
                    await stream.ReadExactlyAsync(length, _end.Token).ConfigureAwait(false);
                    var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                    await stream.ReadExactlyAsync(query, _end.Token).ConfigureAwait(false);
                    if (await AnswerAsync(query, overTcp: true).ConfigureAwait(false) is not { } answer) continue;
                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
                    await stream.WriteAsync((byte[])[.. length, .. answer], _end.Token).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The client has what it wanted.
            }
        }
    }

    private async Task<byte[]?> AnswerAsync(byte[] query, bool overTcp)
    {
        if (query.Length < 17 || ReadName(query) is not var (name, end) || end + 4 > query.Length) return null;
        var type = BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(end));
        _questions.Enqueue(new(Normal(name), type, overTcp));
        var answer = _answers.GetValueOrDefault(Normal(name), new(Code.NxDomain, []));
        if (answer.IsSilent) return null;
        if (answer.Delay > TimeSpan.Zero) await Task.Delay(answer.Delay, _end.Token).ConfigureAwait(false);

        var truncated = answer.IsTruncated && !overTcp;
        IPAddress[] addresses = truncated ? [] : [.. answer.Addresses.Where(a => type switch
        {
            A => a.AddressFamily == AddressFamily.InterNetwork,
            Aaaa => a.AddressFamily == AddressFamily.InterNetworkV6,
            _ => false,
        })];
        using var reply = new MemoryStream();
        reply.Write(query, 0, 2);
        // Response, recursion desired and available; the question is repeated, and nothing else of the query.
        reply.Write([(byte)(0x81 | (truncated ? 0x02 : 0)), (byte)(0x80 | (int)answer.Code), 0, 1, 0, (byte)addresses.Length, 0, 0, 0, 0]);
        reply.Write(query, 12, end + 4 - 12);
        foreach (var address in addresses)
        {
            var bytes = address.GetAddressBytes();
            reply.Write([0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 5, 0, (byte)bytes.Length]);
            reply.Write(bytes);
        }
        return reply.ToArray();
    }

    private static (string Name, int End)? ReadName(byte[] query)
    {
        var labels = new List<string>();
        var at = 12;
        while (at < query.Length && query[at] is > 0 and < 64 and var length)
        {
            if (at + 1 + length > query.Length) return null;
            labels.Add(Encoding.Latin1.GetString(query, at + 1, length));
            at += 1 + length;
        }
        return (string.Join('.', labels), at + 1);
    }

    private sealed record Answer(Code Code, IReadOnlyList<IPAddress> Addresses)
    {
        public bool IsSilent { get; init; }

        public bool IsTruncated { get; init; }

        public TimeSpan Delay { get; init; }
    }
}
