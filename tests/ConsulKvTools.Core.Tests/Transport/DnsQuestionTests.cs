using System.Net;
using System.Net.Sockets;
using ConsulKvTools.Diagnosis.Transport;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Questions to a name server of the test's own making, over real sockets.</summary>
public sealed class DnsQuestionTests
{
    [Theory]
    [InlineData(0, DnsOutcome.NoData)]
    [InlineData(2, DnsOutcome.ServerFailure)]
    [InlineData(3, DnsOutcome.NameError)]
    [InlineData(5, DnsOutcome.Refused)]
    [InlineData(1, DnsOutcome.Other)]
    public async Task Answer_without_addresses(int code, object outcome)
    {
        using var server = new NameServer(code);
        Assert.Equal((DnsOutcome)outcome, (await AskAsync(server.EndPoint)).Outcome);
    }

    [Fact]
    public async Task Answer_with_addresses()
    {
        using var server = new NameServer(0, "10.1.2.3", "10.1.2.4");
        var reply = await AskAsync(server.EndPoint);
        Assert.Equal(DnsOutcome.Addresses, reply.Outcome);
        Assert.Equal([IPAddress.Parse("10.1.2.3"), IPAddress.Parse("10.1.2.4")], reply.Addresses);
    }

    [Fact]
    public async Task Silent_server()
    {
        using var server = new NameServer(null);
        Assert.Equal(DnsOutcome.TimedOut, (await AskAsync(server.EndPoint)).Outcome);
    }

    [Fact]
    public async Task Nobody_listens()
    {
        using var server = new NameServer(0);
        var gone = server.EndPoint;
        server.Dispose();
        Assert.Equal(DnsOutcome.NotListening, (await AskAsync(gone)).Outcome);
    }

    [Theory]
    [InlineData(3, "Dns.NameNotFound")]
    [InlineData(0, "Dns.NoAddress")]
    [InlineData(2, "Dns.ServerFailure")]
    [InlineData(5, "Dns.ServerRefused")]
    [InlineData(null, "Dns.ResolverTimeout")]
    public async Task Explanation(int? code, string expected)
    {
        using var server = new NameServer(code);
        var (found, evidence) = await NameExplanation.ExplainAsync(
            "consul.example", "Dns.NameNotFound", new ResolverSettings([server.EndPoint], []), TestContext.Current.CancellationToken);
        Assert.Equal(expected, found);
        Assert.Contains(evidence, one => one is { Item1: "resolver", Item2: "127.0.0.1" });
    }

    [Fact]
    public async Task A_server_that_answers_beats_one_that_is_silent()
    {
        using var silent = new NameServer(null);
        using var answering = new NameServer(3);
        var (found, _) = await NameExplanation.ExplainAsync("consul.example", "Dns.ResolverTimeout",
            new ResolverSettings([silent.EndPoint, answering.EndPoint], []), TestContext.Current.CancellationToken);
        Assert.Equal("Dns.NameNotFound", found);
    }

    [Fact]
    public void Resolver_file()
    {
        var settings = ResolverSettings.Parse(["# comment", "nameserver 10.0.0.1", "nameserver\t10.0.0.2", "search a.example b.example", "options timeout:1"]);
        Assert.Equal(["10.0.0.1:53", "10.0.0.2:53"], settings.Servers.Select(server => server.ToString()));
        Assert.Equal(["a.example", "b.example"], settings.Search);
        Assert.Equal("127.0.0.1:53", Assert.Single(ResolverSettings.Parse([]).Servers).ToString());
    }

    private static Task<DnsReply> AskAsync(IPEndPoint server) =>
        DnsQuestion.AskAsync(server, "consul.example", DnsQuestion.TypeA, TimeSpan.FromMilliseconds(400), TestContext.Current.CancellationToken);

    /// <summary>Answers every question with one code, or never.</summary>
    private sealed class NameServer : IDisposable
    {
        private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        public NameServer(int? code, params string[] addresses)
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            EndPoint = (IPEndPoint)socket.LocalEndPoint!;
            _ = AnswerAsync(code, addresses);
        }

        public IPEndPoint EndPoint { get; }

        public void Dispose() => socket.Dispose();

        private async Task AnswerAsync(int? code, string[] addresses)
        {
            var buffer = new byte[512];
            try
            {
                while (true)
                {
                    var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    if (code is null) continue;
                    var answer = new List<byte>(buffer[..received.ReceivedBytes]);
                    answer[2] |= 0x80;
                    answer[3] = (byte)code;
                    answer[7] = (byte)addresses.Length;
                    foreach (var address in addresses) answer.AddRange([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, .. IPAddress.Parse(address).GetAddressBytes()]);
                    await socket.SendToAsync(answer.ToArray(), received.RemoteEndPoint);
                }
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
