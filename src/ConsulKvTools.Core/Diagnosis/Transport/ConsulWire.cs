using System.Text;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>
/// The smallest questions that Consul's other ports answer and nobody else does, measured on 1.8.7. None changes anything, and none
/// carries a token.
/// </summary>
internal static class ConsulWire
{
    private const byte RpcByte = 0, RpcOverTls = 3;
    private const byte MemberlistPing = 0, MemberlistAck = 2, MemberlistCompressed = 9, MemberlistEncrypted = 10;

    /// <summary><c>GET /v1/status/leader</c> in clear.</summary>
    public static byte[] Get(string authority) =>
        Encoding.ASCII.GetBytes($"GET /v1/status/leader HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nUser-Agent: ConsulKvTools\r\n\r\n");

    /// <summary>A call of <c>Status.Ping</c>, as servers call each other (net/rpc over msgpack).</summary>
    public static byte[] RpcPing { get; } = [RpcByte, 0x82, .. Text("ServiceMethod"), .. Text("Status.Ping"), .. Text("Seq"), 1, 0x80];

    /// <summary>A hello behind the byte by which servers ask each other for TLS.</summary>
    public static byte[] RpcHello { get; } = [RpcOverTls, .. ClientHello.Create(0x0303)];

    /// <summary>Gossip's ping over TCP, addressed to whoever is there.</summary>
    public static byte[] SerfPing { get; } = [MemberlistPing, 0x82, .. Text("SeqNo"), 1, .. Text("Node"), .. Text("")];

    public static bool IsRpcAnswer(byte[] answer) => Contains(answer, "ServiceMethod") && Contains(answer, "Status.Ping");

    public static bool IsSerfAnswer(byte[] answer) => answer.Length > 0
        && (answer[0] == MemberlistAck && Contains(answer, "SeqNo") || answer[0] == MemberlistCompressed && Contains(answer, "Algo") && Contains(answer, "Buf"));

    /// <summary>With a gossip key set, gossip answers whatever it hears with one encrypted message: its type, its length, its bytes.</summary>
    public static bool IsEncryptedSerf(byte[] answer) => answer.Length > 5 && answer[0] == MemberlistEncrypted
        && (answer[1] << 24 | answer[2] << 16 | answer[3] << 8 | answer[4]) == answer.Length - 5;

    private static byte[] Text(string text) => [(byte)(0xA0 + text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static bool Contains(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;
}
