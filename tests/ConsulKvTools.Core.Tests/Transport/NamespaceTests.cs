using System.Net;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Resolvers, routes and paths that only a network of one's own can break.</summary>
public sealed class NamespaceTests(CertificatesFixture certificates) : IClassFixture<CertificatesFixture>
{
    [Fact]
    public void Resolver_that_answers_in_a_particular_way()
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

        InsideNamespace.Seen Of(string name) => codes[$"http://{name}:{agent.Port}"];
        Of("nx.test").Names("Dns.NameNotFound");
        Of("nodata.test").Names("Dns.NoAddress");
        Of("servfail.test").Names("Dns.ServerFailure");
        Of("refused.test").Names("Dns.ServerRefused");
        Of("silent.test").Names("Dns.ResolverTimeout");
        Of("collision.test").Names("Dns.NameCollision");
        Of("slow.test").Names("Dns.Slow");
        Of("pinned.test").Lists("Dns.ResolvedLocally");
        Of("short").Lists("Dns.ResolvedBySearchSuffix");
    }

    [Fact]
    public void Nobody_listens_as_resolver()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace().Resolver("nameserver 127.0.0.9", "options timeout:1 attempts:1");
        InsideNamespace.Probe(network, "", "http://any.test:8500")["http://any.test:8500"].Names("Dns.ResolverNotListening");
    }

    [Fact]
    public void Routes_that_lead_nowhere()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace()
            .Route("drop", "203.0.113.0/24").Route("neighbour", "10.7.7.0/24").Route("unreachable", "198.51.100.0/26").Route("prohibit", "198.51.100.64/26");
        var codes = InsideNamespace.Probe(network, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1;",
            "http://203.0.113.9:8500", "http://10.7.7.9:8500 timeout=5", "http://198.51.100.1:8500", "http://198.51.100.65:8500", "http://192.0.2.1:8500",
            "http://[2001:db8::1]:8500");
        codes["http://203.0.113.9:8500"].Names("Tcp.Timeout");
        codes["http://10.7.7.9:8500"].Names("Tcp.HostUnreachable");
        codes["http://198.51.100.1:8500"].Names("Tcp.HostUnreachable");
        codes["http://198.51.100.65:8500"].Names("Tcp.AccessDenied");
        codes["http://192.0.2.1:8500"].Names("Tcp.NetworkUnreachable");
        codes["http://[2001:db8::1]:8500"].Names("Tcp.AddressFamilyUnavailable");
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
        InsideNamespace.Probe(network, "", $"http://two.test:{agent.Port}")[$"http://two.test:{agent.Port}"].Names("Tcp.AddressPartlyDead");
    }

    [Fact]
    public void Own_ports_are_used_up()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        using var agent = new ScriptedHttpServer(network.HostAddress);
        var address = $"http://{network.HostAddress}:{agent.Port}";
        InsideNamespace.Probe(network, "sysctl -qw net.ipv4.ip_local_port_range='40000 40001';", $"{address} hold=10")[address].Names("Tcp.LocalPortsExhausted");
    }

    [Fact]
    public void Too_many_open_files()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        using var agent = new ScriptedHttpServer(network.HostAddress);
        var address = $"http://{network.HostAddress}:{agent.Port}";
        // A first round loads what the second could not open any more.
        InsideNamespace.Probe(network, "ulimit -n 1024;", $"{address}/", $"{address} hold=5000")[address].Names("Tcp.TooManyOpenSockets");
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
        InsideNamespace.Probe(network, "", $"{address} ca={certificates.Root.CertificateFile}")[address].Names("Tcp.MtuBlackHole");
    }

    [Fact]
    public async Task Only_larger_values_vanish()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        // As above, and plain HTTP: every question of an ordinary diagnosis is small and gets through.
        using var network = new NetworkNamespace().Link("mtu", "600").OuterLink("gso_max_segs", "1");
        Assert.Equal(0, network.Run(TimeSpan.FromSeconds(5), "ip", "route", "add", $"{network.HostAddress}/32", "dev", "eth0", "advmss", "1460").ExitCode);
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true, ExtraConfig = $$$"""{"addresses":{"http":"127.0.0.1 {{{network.HostAddress}}}"}}""",
        });
        var address = $"http://{network.HostAddress}:{agent.Ports.Http}";
        InsideNamespace.Probe(network, "", $"{address} value=20000")[address].Names("Tcp.MtuBlackHole");
    }

    [Fact]
    public async Task Large_packets_that_pass_are_no_fault()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true, ExtraConfig = $$$"""{"addresses":{"http":"127.0.0.1 {{{network.HostAddress}}}"}}""",
        });
        var address = $"http://{network.HostAddress}:{agent.Ports.Http}";
        var seen = InsideNamespace.Probe(network, "", $"{address} value=500000")[address];
        Assert.True(seen.Verdict == "Healthy", seen.Report);
        Assert.Contains("Path: Passed", seen.Report, StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_file_that_still_gives_an_old_address()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace().Route("drop", "203.0.113.0/24").Route("unreachable", "198.51.100.0/24");
        using var dns = new DnsServer(new IPEndPoint(network.HostAddress, 53));
        dns.On("moved.test", network.HostAddress.ToString()).On("gone.test", "198.51.100.8").On("same.test", "203.0.113.9");
        network.Resolver($"nameserver {network.HostAddress}");
        File.WriteAllText(Path.Combine("/etc/netns", network.Name, "hosts"), "127.0.0.1 localhost\n203.0.113.9 moved.test gone.test same.test\n");
        using var agent = new ScriptedHttpServer(network.HostAddress);
        var seen = InsideNamespace.Probe(network, "", [.. new[] { "moved", "gone", "same" }.Select(name => $"http://{name}.test:{agent.Port}")]);
        seen[$"http://moved.test:{agent.Port}"].Names("Dns.StaleAddress");
        // The servers give the same, or something as dead: then the record is not what is wrong.
        seen[$"http://gone.test:{agent.Port}"].Names("Tcp.Timeout");
        seen[$"http://same.test:{agent.Port}"].Names("Tcp.Timeout");
    }

    [Fact]
    public async Task One_of_two_addresses_is_another_machine_by_now()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        using var dns = new DnsServer(new IPEndPoint(network.HostAddress, 53));
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true, ExtraConfig = $$$"""{"addresses":{"http":"127.0.0.1 {{{network.HostAddress}}}"}}""",
        });
        using var elsewhere = new NetworkNamespace();
        network.Route("host", $"{elsewhere.HostAddress}/32").Resolver($"nameserver {network.HostAddress}");
        await using var web = new RawServer(async (stream, _) =>
        {
            await RawServer.HearAsync(stream);
            await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nServer: nginx\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        }, elsewhere.HostAddress, agent.Ports.Http);
        dns.On("two.test", network.HostAddress.ToString(), elsewhere.HostAddress.ToString());
        var address = $"http://two.test:{agent.Ports.Http}";
        InsideNamespace.Probe(network, "", $"{address} value=10")[address].Lists("Dns.StaleAddress");
    }

    [Fact]
    public void Routes_that_end_at_once()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace().Route("blackhole", "198.51.100.0/24");
        InsideNamespace.Probe(network, "", "http://198.51.100.1:8500")["http://198.51.100.1:8500"].Names("Tcp.NetworkUnreachable");
    }

    [Fact]
    public async Task Socket_of_another_user()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only root can become another user.");
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, UnixSocket = true });
        var address = "unix://" + agent.UnixSocketPath;
        InsideNamespace.ProbeAsNobody(address)[address].Names("Config.UnixSocketPermission");
    }

    [Fact]
    public async Task Https_with_client_certificates_beside_plain_http_for_everybody()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true, Tls = new AgentTlsOptions(certificates.Root.Issue("127.0.0.1", "server.dc1.consul")) { VerifyIncoming = true },
            ExtraConfig = $$$"""{"addresses":{"http":"127.0.0.1 {{{network.HostAddress}}}"}}""",
        });
        var diagnosis = await Probing.RunAsync(Probing.Options("https", agent.Ports.Https, certificates.Root, certificates.Client), [.. ConsulKvTools.Diagnosis.Probes.ProbeList.Connectivity, new ConsulKvTools.Diagnosis.Probes.AgentProbe()]);
        diagnosis.AssertHealthy();
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, diagnosis, Assert.Single(diagnosis.Findings, finding => finding.Code == "Tls.VerifyOnlyHttpsStillHttp"));
    }
}
