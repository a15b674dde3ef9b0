using System.Net;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Resolvers, routes and paths that only a network of one's own can break.</summary>
public sealed class NamespaceTests(CertificatesFixture certificates) : IClassFixture<CertificatesFixture>
{
    [Fact]
    public void Names()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        using var dns = new DnsServer(new IPEndPoint(network.HostAddress, 53));
        var host = network.HostAddress.ToString();
        dns.NxDomain("nx.test").NoData("nodata.test").ServFail("servfail.test").Refuse("refused.test").Silent("silent.test")
            .On("collision.test", "127.0.53.53").On("short.corp.test", host).Slow("slow.test", TimeSpan.FromMilliseconds(700), host);
        network.Resolver($"nameserver {host}", "options timeout:1 attempts:1", "search corp.test");
        File.WriteAllText(Path.Combine("/etc/netns", network.Name, "hosts"), $"127.0.0.1 localhost\n{host} pinned.test\n");
        using var agent = new ScriptedHttpServer(network.HostAddress);
        var codes = InsideNamespace.Probe(network, "", [.. new[] { "nx", "nodata", "servfail", "refused", "silent", "collision", "slow", "pinned" }
            .Select(name => $"http://{name}.test:{agent.Port} timeout=4"), $"http://short:{agent.Port}"]);

        string Of(string name) => codes[$"http://{name}:{agent.Port}"];
        Assert.Equal("Dns.NameNotFound", Of("nx.test"));
        Assert.Equal("Dns.NoAddress", Of("nodata.test"));
        Assert.Equal("Dns.ServerFailure", Of("servfail.test"));
        Assert.Equal("Dns.ServerRefused", Of("refused.test"));
        Assert.Equal("Dns.ResolverTimeout", Of("silent.test"));
        Assert.StartsWith("Dns.NameCollision", Of("collision.test"), StringComparison.Ordinal);
        Assert.Equal("Dns.Slow", Of("slow.test"));
        Assert.Equal("Dns.ResolvedLocally", Of("pinned.test"));
        Assert.Equal("Dns.ResolvedBySearchSuffix", Of("short"));
    }

    [Fact]
    public void Nobody_listens_as_resolver()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace().Resolver("nameserver 127.0.0.9", "options timeout:1 attempts:1");
        Assert.Equal("Dns.ResolverNotListening", InsideNamespace.Probe(network, "", "http://any.test:8500")["http://any.test:8500"]);
    }

    [Fact]
    public void Routes()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace()
            .Route("drop", "203.0.113.0/24").Route("neighbour", "10.7.7.0/24").Route("unreachable", "198.51.100.0/26").Route("prohibit", "198.51.100.64/26");
        var codes = InsideNamespace.Probe(network, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1;",
            "http://203.0.113.9:8500", "http://10.7.7.9:8500 timeout=5", "http://198.51.100.1:8500", "http://198.51.100.65:8500", "http://192.0.2.1:8500",
            "http://[2001:db8::1]:8500");
        Assert.Equal("Tcp.Timeout", codes["http://203.0.113.9:8500"]);
        Assert.Equal("Tcp.HostUnreachable", codes["http://10.7.7.9:8500"]);
        Assert.Equal("Tcp.HostUnreachable", codes["http://198.51.100.1:8500"]);
        Assert.Equal("Tcp.AccessDenied", codes["http://198.51.100.65:8500"]);
        Assert.Equal("Tcp.NetworkUnreachable", codes["http://192.0.2.1:8500"]);
        Assert.Equal("Tcp.AddressFamilyUnavailable", codes["http://[2001:db8::1]:8500"]);
    }

    [Fact]
    public void One_of_two_addresses_is_dead()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace().Route("drop", "203.0.113.0/24");
        using var dns = new DnsServer(new IPEndPoint(network.HostAddress, 53));
        dns.On("two.test", "203.0.113.9", network.HostAddress.ToString());
        network.Resolver($"nameserver {network.HostAddress}");
        using var agent = new ScriptedHttpServer(network.HostAddress);
        Assert.Equal("Tcp.AddressPartlyDead", InsideNamespace.Probe(network, "", $"http://two.test:{agent.Port}")[$"http://two.test:{agent.Port}"]);
    }

    [Fact]
    public void Own_ports_are_used_up()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        using var agent = new ScriptedHttpServer(network.HostAddress);
        var address = $"http://{network.HostAddress}:{agent.Port}";
        Assert.Equal("Tcp.LocalPortsExhausted",
            InsideNamespace.Probe(network, "sysctl -qw net.ipv4.ip_local_port_range='40000 40001';", $"{address} hold=10")[address]);
    }

    [Fact]
    public void Too_many_open_files()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        using var agent = new ScriptedHttpServer(network.HostAddress);
        var address = $"http://{network.HostAddress}:{agent.Port}";
        // A first round loads what the second could not open any more.
        Assert.Equal("Tcp.TooManyOpenSockets", InsideNamespace.Probe(network, "ulimit -n 1024;", $"{address}/", $"{address} hold=5000")[address]);
    }

    [Fact]
    public void Large_packets_vanish()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace().Link("mtu", "600");
        // The far end is told that large segments are welcome; the cable drops them without a word, as a tunnel without ICMP does.
        Assert.Equal(0, network.Run(TimeSpan.FromSeconds(5), "ip", "route", "add", $"{network.HostAddress}/32", "dev", "eth0", "advmss", "1460").ExitCode);
        // The server's first flight has to be one segment: several would cross the cable as one packet that only the card would cut.
        var leaf = certificates.Root.Issue([network.HostAddress.ToString(), .. Enumerable.Range(0, 10).Select(n => $"n{n}.example")]);
        using var agent = new ScriptedHttpServer(leaf, network.HostAddress);
        var address = $"https://{network.HostAddress}:{agent.Port}";
        Assert.Equal("Tcp.MtuBlackHole", InsideNamespace.Probe(network, "", $"{address} ca={certificates.Root.CertificateFile}")[address]);
    }
}
