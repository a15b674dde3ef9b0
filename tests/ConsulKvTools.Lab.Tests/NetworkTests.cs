using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ConsulKvTools.Lab;

public sealed class NetworkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dns_server_answers_as_told()
    {
        await using var dns = new DnsServer();
        dns.On("consul.test", "127.0.0.1", "::1").NoData("empty.test").ServFail("broken.test").Refuse("refused.test").TcpOnly("big.test", "127.0.0.1").Silent("silent.test");
        Assert.Equal((0, 1), await Ask("consul.test", 1));
        Assert.Equal((0, 1), await Ask("Consul.Test", 28));
        Assert.Equal((3, 0), await Ask("nothing.test", 1));
        Assert.Equal((0, 0), await Ask("empty.test", 1));
        Assert.Equal((2, 0), await Ask("broken.test", 1));
        Assert.Equal((5, 0), await Ask("refused.test", 1));
        Assert.Equal((0, 0), await Ask("big.test", 1));
        Assert.Null(await Ask("silent.test", 1));
        Assert.Equal(new("consul.test", 1, OverTcp: false), dns.Questions[0]);

        async Task<(int Code, int Answers)?> Ask(string name, byte type)
        {
            using var udp = new UdpClient();
            udp.Connect(dns.EndPoint);
            byte[] question = [.. name.Split('.').SelectMany(l => Encoding.ASCII.GetBytes(l).Prepend((byte)l.Length)), 0, 0, type, 0, 1];
            await udp.SendAsync((byte[])[7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. question], Stop);
            using var patience = new CancellationTokenSource(300);
            try
            {
                var answer = (await udp.ReceiveAsync(patience.Token)).Buffer;
                return (answer[3] & 15, answer[7]);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    [Fact]
    public async Task A_full_backlog_swallows_connections()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other kernels refuse instead.");
        using var listener = new FullBacklogListener();
        using var client = new TcpClient();
        using var patience = new CancellationTokenSource(500);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ConnectAsync(IPAddress.Loopback, listener.Port, patience.Token).AsTask());
    }

    [Fact]
    public void A_namespace_has_routes_and_a_resolver_of_its_own()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        using var dns = new DnsServer(new(network.HostAddress, 53));
        dns.On("consul.test", "198.51.100.1");
        network.Resolver($"nameserver {network.HostAddress}", "options timeout:1 attempts:1")
            .Route("unreachable", "198.51.100.0/26").Route("prohibit", "198.51.100.64/26").Route("drop", "203.0.113.0/24");

        Assert.Contains("198.51.100.1", network.Run(TimeSpan.FromSeconds(10), "getent", "ahostsv4", "consul.test").Output, StringComparison.Ordinal);
        Assert.Contains("No route to host", Connect("198.51.100.1"), StringComparison.Ordinal);
        Assert.Contains("Permission denied", Connect("198.51.100.65"), StringComparison.Ordinal);
        Assert.Contains("exit 124", Connect("203.0.113.9"), StringComparison.Ordinal);

        string Connect(string address)
        {
            var (exit, _, error) = network.Run(TimeSpan.FromSeconds(10), "timeout", "1", "bash", "-c", $"exec 3<>/dev/tcp/{address}/8500");
            return $"exit {exit} {error}";
        }
    }

    [Fact]
    public void Port_blocks_are_never_shared_and_come_back()
    {
        var blocks = Enumerable.Range(0, 50).AsParallel().Select(_ => PortBlock.Reserve()).ToList();
        Assert.Equal(50, blocks.Select(b => b.First).Distinct().Count());
        blocks.ForEach(b => b.Dispose());
    }
}
