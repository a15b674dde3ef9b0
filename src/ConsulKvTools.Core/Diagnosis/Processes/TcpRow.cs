using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;

namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>One TCP socket as <c>/proc/net/tcp</c> shows it (Linux: Documentation/networking/proc_net_tcp.rst).</summary>
/// <param name="Local">This end.</param>
/// <param name="Remote">The other end; port 0 of a listener.</param>
/// <param name="State">Its state.</param>
/// <param name="SendQueue">Bytes written by the program and not yet acknowledged by the other side.</param>
/// <param name="ReceiveQueue">Bytes arrived and not yet read by the program; of a listener: connections not yet accepted.</param>
/// <param name="Retransmits">How often the oldest unanswered segment was sent again.</param>
/// <param name="Inode">Tells whose socket it is; 0 in TIME_WAIT, which belongs to no process any more.</param>
internal sealed record TcpRow(IPEndPoint Local, IPEndPoint Remote, TcpState State, long SendQueue, long ReceiveQueue, int Retransmits, ulong Inode)
{
    // TCP_ESTABLISHED is 1 (include/net/tcp_states.h).
    private static readonly TcpState[] States =
    [
        TcpState.Unknown, TcpState.Established, TcpState.SynSent, TcpState.SynReceived, TcpState.FinWait1, TcpState.FinWait2, TcpState.TimeWait,
        TcpState.Closed, TcpState.CloseWait, TcpState.LastAck, TcpState.Listen, TcpState.Closing, TcpState.SynReceived,
    ];

    /// <summary>The rows of a table; lines that are none are passed over.</summary>
    public static IEnumerable<TcpRow> ParseTable(string? table)
    {
        foreach (var line in (table ?? "").Split('\n'))
            if (Parse(line) is { } row) yield return row;
    }

    private static TcpRow? Parse(string line)
    {
        var words = line.Split([' '], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 10 || EndPoint(words[1]) is not { } local || EndPoint(words[2]) is not { } remote || words[4].Split(':') is not [var send, var receive]) return null;
        return int.TryParse(words[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var state)
            && long.TryParse(send, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var sendQueue)
            && long.TryParse(receive, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var receiveQueue)
            && int.TryParse(words[6], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var retransmits)
            && ulong.TryParse(words[9], NumberStyles.None, CultureInfo.InvariantCulture, out var inode)
            ? new TcpRow(local, remote, state > 0 && state < States.Length ? States[state] : TcpState.Unknown, sendQueue, receiveQueue, retransmits, inode)
            : null;
    }

    // The address is written as 32-bit words in the machine's own byte order, the port as a plain number.
    private static IPEndPoint? EndPoint(string text)
    {
        var colon = text.IndexOf(':');
        if (colon is not (8 or 32) || !ushort.TryParse(text.Substring(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var port)) return null;
        var bytes = new byte[colon / 2];
        for (var word = 0; word < colon; word += 8)
        {
            if (!uint.TryParse(text.Substring(word, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number)) return null;
            BitConverter.GetBytes(number).CopyTo(bytes, word / 2);
        }
        var address = new IPAddress(bytes);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);
    }
}
