using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>
/// Asks a name server directly (RFC 1035), because the system's resolver gives one and the same error for a name that does not exist
/// and one without addresses, and another for everything that is wrong with the server.
/// </summary>
internal static class DnsQuestion
{
    public const int TypeA = 1, TypeAaaa = 28;
    private const int HeaderLength = 12;

    /// <summary>Asks by UDP, and again by TCP when the answer was cut short.</summary>
    public static async Task<DnsReply> AskAsync(IPEndPoint server, string name, int type, TimeSpan patience, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var question = Create(name, type);
        DnsReply Reply(DnsOutcome outcome, IReadOnlyList<IPAddress>? addresses = null) => new(server, outcome, addresses ?? [], clock.Elapsed);
        using var deadline = Deadline.In(patience, cancellation);
        try
        {
            var answer = await AskAsync(server, question, ProtocolType.Udp, deadline.Token).ConfigureAwait(false);
            if (answer.Length >= HeaderLength && (answer[2] & 2) != 0)
                answer = await AskAsync(server, question, ProtocolType.Tcp, deadline.Token).ConfigureAwait(false);
            var (outcome, addresses) = Read(answer, question, type);
            return Reply(outcome, addresses);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return Reply(deadline.IsCancellationRequested ? DnsOutcome.TimedOut : DnsOutcome.NotListening);
        }
    }

    /// <summary>A question in the form TCP wants it, for a port that may be a DNS server.</summary>
    public static byte[] CreateForTcp(string name)
    {
        var question = Create(name, TypeA);
        return [(byte)(question.Length >> 8), (byte)question.Length, .. question];
    }

    /// <summary>True when these bytes, from TCP, answer that question.</summary>
    public static bool AnswersTcp(byte[] answer, byte[] question) =>
        answer.Length >= 2 + HeaderLength && answer[2] == question[2] && answer[3] == question[3] && (answer[4] & 0x80) != 0;

    private static byte[] Create(string name, int type)
    {
        var id = new byte[2];
        using (var random = System.Security.Cryptography.RandomNumberGenerator.Create()) random.GetBytes(id);
        var question = new List<byte> { id[0], id[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in name.TrimEnd('.').Split('.'))
        {
            var bytes = Encoding.UTF8.GetBytes(label);
            question.Add((byte)Math.Min(bytes.Length, 63));
            question.AddRange(bytes.Take(63));
        }
        question.AddRange([0, 0, (byte)type, 0, 1]);
        return [.. question];
    }

    private static async Task<byte[]> AskAsync(IPEndPoint server, byte[] question, ProtocolType protocol, CancellationToken cancellation)
    {
        var isTcp = protocol == ProtocolType.Tcp;
        using var socket = new Socket(server.AddressFamily, isTcp ? SocketType.Stream : SocketType.Dgram, protocol);
        // A cancelled receive cannot be had on every platform; a closed socket can.
        using var closing = cancellation.Register(socket.Dispose);
        // A connected UDP socket is told when nobody listens.
        await Http.SocketIo.ConnectAsync(socket, server, cancellation).ConfigureAwait(false);
        byte[] sent = isTcp ? [(byte)(question.Length >> 8), (byte)question.Length, .. question] : question;
        await socket.SendAsync(new ArraySegment<byte>(sent), SocketFlags.None).ConfigureAwait(false);
        var buffer = new byte[64 * 1024];
        if (!isTcp)
        {
            var length = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), SocketFlags.None).ConfigureAwait(false);
            return buffer.AsSpan(0, length).ToArray();
        }
        var count = 0;
        while (count < 2 || count < 2 + (buffer[0] << 8 | buffer[1]))
        {
            var read = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, count, buffer.Length - count), SocketFlags.None).ConfigureAwait(false);
            if (read == 0) break;
            count += read;
        }
        return count < 2 ? [] : buffer.AsSpan(2, count - 2).ToArray();
    }

    private static (DnsOutcome Outcome, IReadOnlyList<IPAddress> Addresses) Read(byte[] answer, byte[] question, int type)
    {
        if (answer.Length < HeaderLength || answer[0] != question[0] || answer[1] != question[1]) return (DnsOutcome.Other, []);
        switch (answer[3] & 0x0F)
        {
            case 0: break;
            case 2: return (DnsOutcome.ServerFailure, []);
            case 3: return (DnsOutcome.NameError, []);
            case 5: return (DnsOutcome.Refused, []);
            default: return (DnsOutcome.Other, []);
        }
        var addresses = new List<IPAddress>();
        var records = answer[6] << 8 | answer[7];
        // The question stands in the answer again; servers may shorten only what follows it.
        for (var at = question.Length; records > 0 && at < answer.Length; records--)
        {
            while (at < answer.Length && answer[at] is > 0 and < 0xC0) at += answer[at] + 1;
            at += at < answer.Length && answer[at] >= 0xC0 ? 2 : 1;
            if (at + 10 > answer.Length) break;
            var kind = answer[at] << 8 | answer[at + 1];
            var length = answer[at + 8] << 8 | answer[at + 9];
            at += 10;
            if (at + length > answer.Length) break;
            if (kind == type && length == (type == TypeA ? 4 : 16)) addresses.Add(new IPAddress(answer.AsSpan(at, length).ToArray()));
            at += length;
        }
        return (addresses.Count > 0 ? DnsOutcome.Addresses : DnsOutcome.NoData, addresses);
    }
}
