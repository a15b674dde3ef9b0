using System.Text;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>Asks an HTTP proxy for a tunnel (CONNECT, RFC 9110 9.3.6).</summary>
internal static class ProxyTunnel
{
    private const int AnswerLimit = 16 * 1024;

    /// <summary>
    /// Sends CONNECT and reads the answer's head; the answer is in the trace. Returns the stream to go on with, which hands back
    /// whatever came behind the head.
    /// </summary>
    /// <exception cref="EndOfStreamException">The proxy closed the connection before it had answered.</exception>
    public static async Task<Stream> OpenAsync(
        Stream stream, ConsulEndpoint endpoint, ProxySettings proxy, DialTrace trace, CancellationToken cancellation)
    {
        var request = Encoding.ASCII.GetBytes(Request(endpoint, proxy));
        await stream.WriteAsync(request, 0, request.Length, cancellation).ConfigureAwait(false);
        var buffer = new byte[AnswerLimit];
        var count = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer, count, buffer.Length - count, cancellation).ConfigureAwait(false);
            count += read;
            var end = EndOfHead(buffer, count);
            trace.ProxyAnswer = ProxyAnswer.Parse(buffer.AsSpan(0, end ?? count));
            // An answer that cannot become HTTP is known by its first bytes; waiting for more would only wait for the time-out.
            if (end is not null || trace.ProxyAnswer.Status is null && !MayBecomeHttp(buffer, count) || count == buffer.Length)
            {
                var head = end ?? count;
                return head == count ? stream : new ReplayStream(stream, buffer.AsSpan(head, count - head).ToArray());
            }
            if (read == 0) throw new EndOfStreamException();
        }
    }

    /// <summary>The header line that carries the credential, its line break included; null without one.</summary>
    public static string? Authorization(ProxySettings proxy) => proxy.Credential is { } credential
        ? "Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credential.UserName + ":" + credential.Password)) + "\r\n"
        : null;

    private static string Request(ConsulEndpoint endpoint, ProxySettings proxy)
    {
        var text = new StringBuilder()
            .Append("CONNECT ").Append(endpoint.Authority).Append(" HTTP/1.1\r\nHost: ").Append(endpoint.Authority).Append("\r\n");
        if (Authorization(proxy) is { } authorization) text.Append(authorization);
        return text.Append("\r\n").ToString();
    }

    private static int? EndOfHead(byte[] buffer, int count)
    {
        for (var i = 3; i < count; i++)
            if (buffer[i] == '\n' && (buffer[i - 1] == '\n' || buffer[i - 1] == '\r' && buffer[i - 2] == '\n')) return i + 1;
        return null;
    }

    private static bool MayBecomeHttp(byte[] buffer, int count)
    {
        var text = Encoding.ASCII.GetString(buffer, 0, Math.Min(count, 5));
        return "HTTP/".StartsWith(text, StringComparison.Ordinal);
    }
}
