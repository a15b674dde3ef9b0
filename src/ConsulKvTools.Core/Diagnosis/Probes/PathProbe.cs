using System.Security.Authentication;
using System.Text;
using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>
/// Whether large packets get through. Every other question of a diagnosis fits into one packet, so a path that drops full-sized ones
/// without a word would be called sound while every larger value hangs. Sends no token, and nothing that goes through Raft.
/// </summary>
internal sealed class PathProbe : IProbe
{
    // Three full segments of Ethernet there; Consul's answer repeats it twice, so that about six come back.
    private const int Length = 4000;
    private const int SmallSegment = 400;
    private const int AnswerLimit = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public string Name => "Path";

    public ConsulLayer Layer => ConsulLayer.Http;

    public ConsulLayer? Needs => ConsulLayer.Tls;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var target = context.Session.Target;
        if (target.Endpoint.IsLoopback) return ProbeResults.Skipped("nothing lies between this machine and itself");
        if (target.Proxy is not null) return ProbeResults.Skipped("packets go to the proxy only");
        target = target with { ConnectTimeout = context.TimeFor(target.ConnectTimeout) };
        var large = await AskAsync(target, context, cancellation).ConfigureAwait(false);
        if (large is null) return ProbeResults.Skipped("no connection could be opened");
        if (IsWhole(large)) return ProbeResults.From($"{Length} bytes get through in {DiagnosisText.Time(large.Elapsed)}", []);
        if (large.Ending != Ending.Silence) return ProbeResults.Skipped("a long question is not answered, for a reason that other probes look at");
        if (!SocketIo.CanLimitSegments) return ProbeResults.Skipped("a long question is not answered, and this system does not let the packets be made smaller");
        var small = await AskAsync(target with { SegmentLimit = SmallSegment }, context, cancellation).ConfigureAwait(false);
        if (small is null || !IsWhole(small)) return ProbeResults.Skipped("a long question is not answered, neither in large packets nor in small ones");
        var finding = ConsulFinding.Create("Tcp.MtuBlackHole", DialEvidence.Of(target.Endpoint, null,
            ("value", SmallSegment), ("count", Length), ("milliseconds", Math.Round(small.Elapsed.TotalMilliseconds)),
            ("text", $"{Length} bytes in segments of {SmallSegment} were answered after {small.Elapsed.TotalMilliseconds:0} ms, in full-sized ones not within {Patience.TotalSeconds:0} s")));
        return ProbeResults.From(finding.Title, [finding]);
    }

    private static async Task<RawAnswer?> AskAsync(DialTarget target, ProbeContext context, CancellationToken cancellation)
    {
        try
        {
            using var connection = await Dialer.DialAsync(target, new DialTrace(), SslProtocols.None, cancellation).ConfigureAwait(false);
            return await RawQuestion.AskAsync(connection.Stream, Question(target), context.TimeFor(Patience), _ => false, cancellation, AnswerLimit).ConfigureAwait(false);
        }
        catch (ConsulTransportException)
        {
            return null;
        }
    }

    // The double slash makes Consul's HTTP server answer with a redirect to the same long path, before it looks at the key or a token.
    private static byte[] Question(DialTarget target) => Encoding.ASCII.GetBytes(
        $"GET {target.Endpoint.PathPrefix}/v1/kv//{new string('a', Length)} HTTP/1.0\r\nHost: {target.Endpoint.Authority}\r\nUser-Agent: ConsulKvTools\r\n\r\n");

    // HTTP/1.0 ends with the connection. Whoever keeps it open has at least begun to answer the whole question.
    private static bool IsWhole(RawAnswer answer) => !answer.IsEmpty && (answer.Ending != Ending.Silence || answer.Bytes.Length >= AnswerLimit || HasWholeBody(answer));

    private static bool HasWholeBody(RawAnswer answer)
    {
        var end = answer.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end >= 0 && int.TryParse(ProxyAnswer.Parse(answer.Bytes).Header("Content-Length"), out var length) && answer.Bytes.Length >= end + 4 + length;
    }
}
