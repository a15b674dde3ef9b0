using System.Diagnostics;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>What becomes of a connection that is silent for a while, on a real agent and behind boxes that end it in every way.</summary>
[Collection(AclAgentTests.Name)]
public sealed class IdleConnectionTests(AclAgentFixture lab)
{
    private static readonly DiagnosisRequest Three = new() { Key = "app/x", IdleTime = TimeSpan.FromSeconds(3) };

    [Fact]
    public async Task An_agent_keeps_a_silent_connection()
    {
        var clock = Stopwatch.StartNew();
        var diagnosis = await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, Three);
        Diagnose.IsHealthy(diagnosis);
        Assert.Equal(ProbeStatus.Passed, Idle(diagnosis).Status);
        Assert.Equal("a connection survives 3 s of silence", Idle(diagnosis).Summary);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(15));
        // The silence holds up nobody.
        Assert.All(diagnosis.Probes.Where(probe => probe.Probe != "Idle"), probe => Assert.True(probe.StartedAfter + probe.Duration < TimeSpan.FromSeconds(3), probe.ToString()));
    }

    [Fact]
    public async Task A_silence_longer_than_the_time_out_is_waited_for()
    {
        var diagnosis = await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, Three with { Timeout = TimeSpan.FromSeconds(2), IdleTime = TimeSpan.FromSeconds(4) });
        Diagnose.IsHealthy(diagnosis);
        Assert.InRange(diagnosis.Duration, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task Through_the_unix_socket() =>
        Assert.Equal(ProbeStatus.Passed, Idle(await Diagnose.RunAsync(lab.Agent.UnixAddress!, lab.ManagementToken, Three with { IdleTime = TimeSpan.FromSeconds(1) })).Status);

    [Fact]
    public async Task A_box_that_forgets_is_named_by_the_request_that_hangs()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        box.ForgetIdle(TimeSpan.FromSeconds(2));
        var diagnosis = await Diagnose.RunAsync(box.Address, lab.ManagementToken, Three);
        Diagnose.Names("Tcp.IdleConnectionDropped", FaultOrigin.Real, "a relay that forgets connections after 2 s of silence, without a word", diagnosis);
        Assert.Equal(3.0, diagnosis.RootCause!.Evidence["seconds"]);
    }

    [Fact]
    public async Task A_box_that_forgets_later_than_that_is_not_accused()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        box.ForgetIdle(TimeSpan.FromSeconds(20));
        Diagnose.IsHealthy(await Diagnose.RunAsync(box.Address, lab.ManagementToken, Three));
    }

    [Fact]
    public async Task A_box_that_resets_what_it_forgot()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        box.ForgetIdle(TimeSpan.FromSeconds(2), reset: true);
        Diagnose.Names("Tcp.IdleConnectionReset", FaultOrigin.Real, "a relay that resets a connection used after 2 s of silence",
            await Diagnose.RunAsync(box.Address, lab.ManagementToken, Three));
    }

    [Theory]
    [InlineData(false, "closed in order (FIN)")]
    [InlineData(true, "reset (RST)")]
    public async Task A_keep_alive_time_out_is_seen_when_it_happens_and_is_no_fault(bool reset, string how)
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        box.CloseIdle(TimeSpan.FromSeconds(1), reset);
        var diagnosis = await Diagnose.RunAsync(box.Address, lab.ManagementToken, Three with { IdleTime = TimeSpan.FromSeconds(60) });
        Diagnose.IsHealthy(diagnosis);
        Diagnose.Lists("Http.IdleClosed", FaultOrigin.Real, "a relay with a keep-alive time-out of 1 s", diagnosis);
        var evidence = Assert.Single(diagnosis.Findings, finding => finding.Code == "Http.IdleClosed").Evidence;
        Assert.InRange((double)evidence["seconds"]!, 0.9, 5);
        Assert.Equal(how, evidence["problem"]);
        // Nobody waits 60 s for what is known after one.
        Assert.True(diagnosis.Duration < TimeSpan.FromSeconds(15), $"{diagnosis.Duration}");
    }

    [Fact]
    public async Task A_keep_alive_time_out_shorter_than_the_controls_own_silence_is_not_taken_for_a_limit_of_age()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        box.CloseIdle(TimeSpan.FromMilliseconds(300));
        var diagnosis = await Diagnose.RunAsync(box.Address, lab.ManagementToken, Three with { IdleTime = TimeSpan.FromSeconds(60) });
        Diagnose.IsHealthy(diagnosis);
        Diagnose.Lists("Http.IdleClosed", FaultOrigin.Real, "a relay with a keep-alive time-out of 0.3 s", diagnosis);
    }

    [Fact]
    public async Task An_agent_that_dies_meanwhile_is_not_taken_for_a_box()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        var running = Diagnose.RunAsync(agent.Address, null, Three with { IdleTime = TimeSpan.FromSeconds(20) });
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        agent.Kill();
        Diagnose.Names("Http.AgentWentAway", FaultOrigin.Real, "an agent killed while connections are silent", await running);
    }

    [Fact]
    public async Task A_limit_of_a_connections_age_is_told_from_one_of_its_silence()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        box.CloseAfter(TimeSpan.FromSeconds(2));
        Diagnose.Names("Http.ConnectionsCut", FaultOrigin.Real, "a relay that ends every connection at the age of 2 s",
            await Diagnose.RunAsync(box.Address, lab.ManagementToken, Three with { IdleTime = TimeSpan.FromSeconds(10) }));
    }

    // The connection beside the silent one is the younger by the moments that lie between them, and boxes do not end all at the same age.
    [Fact]
    public async Task A_limit_of_age_that_is_spread_is_not_taken_for_one_of_silence()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        box.CloseAfter(TimeSpan.FromSeconds(2), step: TimeSpan.FromMilliseconds(50));
        Diagnose.Names("Http.ConnectionsCut", FaultOrigin.Real, "a relay that ends connections at ages that grow from 2 s on by 50 ms",
            await Diagnose.RunAsync(box.Address, lab.ManagementToken, Three with { IdleTime = TimeSpan.FromSeconds(10) }));
    }

    [Fact]
    public async Task A_server_that_closes_after_each_answer_has_no_idle_connections()
    {
        await using var server = new ScriptedConsul();
        server.On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:8300\"", 200, "Connection: close").ThenClose());
        Diagnose.Lists("Http.KeepAliveOff", FaultOrigin.Scripted, "a server that answers with Connection: close", await Diagnose.RunAsync(server.Address, null, Three));
    }

    [Fact]
    public async Task Within_tls_and_without_the_token()
    {
        using var certificates = new CertificateLab();
        var authority = certificates.Authority();
        await using var server = new ScriptedConsul(new ScriptedConsulOptions { Tls = new TlsServerOptions(authority.Issue("127.0.0.1")) });
        await using var box = new TcpFaultProxy(server.Address);
        box.ForgetIdle(TimeSpan.FromSeconds(2));
        var diagnosis = await Diagnose.RunAsync(
            new ConsulSessionOptions { Address = box.Address.ToString().TrimEnd('/'), CACertificate = authority.CertificateFile, Token = new ConsulSecret(Guid.NewGuid().ToString()) }, Three);
        Assert.Contains(diagnosis.Findings, finding => finding.Code == "Tcp.IdleConnectionDropped");
        var asked = server.Requests.Where(request => request.Path == "/v1/status/leader").ToArray();
        Assert.True(asked.Length > 4);
        Assert.All(asked, request => Assert.Null(request.Header("X-Consul-Token")));
    }

    [Fact]
    public async Task Through_a_proxy()
    {
        await using var proxy = new HttpProxyServer();
        var diagnosis = await Diagnose.RunAsync(
            new ConsulSessionOptions { Address = lab.Agent.HttpAddress!.ToString().TrimEnd('/'), Proxy = proxy.Address, Token = new ConsulSecret(lab.ManagementToken) }, Three);
        Assert.Equal(ProbeStatus.Passed, Idle(diagnosis).Status);
    }

    [Fact]
    public void A_kernel_that_forgets_flows()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        using var agent = new ScriptedConsul(new ScriptedConsulOptions { ListenOn = network.HostAddress });
        // Netfilter with a memory of two seconds, which lets nothing pass of what it does not remember: a stateful firewall.
        const string Firewall = "sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0 net.netfilter.nf_conntrack_tcp_timeout_established=2 && "
            + "nft add table inet f && nft 'add chain inet f o { type filter hook output priority 0 ; }' && nft 'add rule inet f o ct state invalid drop' && "
            + "nft 'add rule inet f o meta l4proto tcp ct state new tcp flags & syn != syn drop' && ";
        var address = $"http://{network.HostAddress}:{agent.Port}";
        Assert.Equal("none", Transport.InsideNamespace.Probe(network, "", $"{address} idle=4")[address].Codes);
        Transport.InsideNamespace.Probe(network, Firewall, $"{address} idle=4")[address].Names("Tcp.IdleConnectionDropped");
    }

    [Fact]
    public async Task It_is_not_looked_at_unless_asked_for() =>
        Assert.DoesNotContain((await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken)).Probes, probe => probe.Probe == "Idle");

    [Theory]
    [InlineData(0)]
    [InlineData(86401)]
    public async Task A_silence_out_of_range_is_refused(int seconds) =>
        Assert.Equal("Request.Invalid", (await Assert.ThrowsAsync<ConsulRequestException>(() => Diagnose.RunAsync(
            lab.Agent.HttpAddress!, null, new DiagnosisRequest { IdleTime = TimeSpan.FromSeconds(seconds) }))).Finding.Code);

    private static ProbeResult Idle(ConsulDiagnosis diagnosis) => Assert.Single(diagnosis.Probes, probe => probe.Probe == "Idle");
}
