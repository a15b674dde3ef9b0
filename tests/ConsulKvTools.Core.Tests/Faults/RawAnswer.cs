using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Faults;

/// <summary>
/// What a program of somebody else's, which builds its requests itself, gets from a real agent; and what the product calls it when it is
/// shown that answer. The product's own writers cannot send such requests.
/// </summary>
internal static class RawAnswer
{
    /// <summary>Sends a request byte for byte, and expects the answer to be given this code.</summary>
    /// <param name="code">The code.</param>
    /// <param name="how">The row's words for what was wrong.</param>
    /// <param name="agent">A real agent.</param>
    /// <param name="method">GET, PUT, …</param>
    /// <param name="target">Path and query, sent as they are.</param>
    /// <param name="body">The body; null sends none.</param>
    /// <param name="headers">Further header lines.</param>
    public static async Task<ConsulFinding> NamesAsync(string code, string how, ConsulAgent agent, string method, string target, string? body = null, params string[] headers)
    {
        var clock = Stopwatch.StartNew();
        var response = await SendAsync(agent, method, target, body, headers);
        var split = target.Split('?', 2);
        var request = new ConsulRequest { Method = method, Path = split[0], Query = split.Length > 1 ? split[1] : "" };
        using var session = LabSessions.Open(agent.AddressText, agent.ManagementToken);
        var finding = Classifier.Classify(response, request, session, "app/x").Finding;
        Assert.True(finding.Code == code, $"expected {code}, got {finding} for {response.Status} {response.Text}");
        FaultMatrix.Add(FaultOrigin.Real, how, code, $"answer {response.Status} named", clock.Elapsed);
        return finding;
    }

    /// <summary>Sends a request byte for byte.</summary>
    public static async Task<ConsulResponse> SendAsync(ConsulAgent agent, string method, string target, string? body = null, params string[] headers)
    {
        var stop = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(agent.HttpAddress!.Host, agent.HttpAddress.Port, stop);
        var stream = client.GetStream();
        var bytes = Encoding.UTF8.GetBytes(body ?? "");
        var head = new StringBuilder($"{method} {target} HTTP/1.1\r\nHost: {agent.HttpAddress.Authority}\r\nConnection: close\r\nContent-Length: {bytes.Length}\r\n");
        if (agent.ManagementToken is { } token) head.Append("X-Consul-Token: ").Append(token).Append("\r\n");
        foreach (var header in headers) head.Append(header).Append("\r\n");
        // Consul refuses a large body by its length and hangs up; who has not begun to send it yet can still read why.
        var asks = bytes.Length > 64 * 1024;
        if (asks) head.Append("Expect: 100-continue\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head + "\r\n"), stop);
        using var received = new MemoryStream();
        if (asks)
        {
            var first = new byte[1024];
            var count = await stream.ReadAsync(first, stop);
            if (!first.AsSpan(0, count).StartsWith("HTTP/1.1 100"u8)) received.Write(first, 0, count);
        }
        if (received.Length == 0) await stream.WriteAsync(bytes, stop);
        try
        {
            await stream.CopyToAsync(received, stop);
        }
        catch (IOException)
        {
            // A refused body ends in a reset once the answer is out.
        }
        return Parse(received.ToArray());
    }

    private static ConsulResponse Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        Assert.True(end > 0, $"no answer: {Encoding.UTF8.GetString(bytes)}");
        var lines = Encoding.ASCII.GetString(bytes, 0, end).Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).GroupBy(pair => pair[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(same => same.Key, same => string.Join(", ", same.Select(pair => pair[^1])), StringComparer.OrdinalIgnoreCase);
        return new ConsulResponse(int.Parse(lines[0].Split(' ')[1], null), new Version(1, 1), headers, bytes[(end + 4)..], new RequestTimings(null, default, default));
    }
}
