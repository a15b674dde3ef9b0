using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>One real thing is broken; the whole diagnosis has to name it, whatever else fails because of it.</summary>
[Collection(AclAgentTests.Name)]
public sealed class WholeWayTests(AclAgentFixture lab) : IDisposable
{
    private readonly CertificateLab certificates = new();

    public void Dispose() => certificates.Dispose();

    [Fact]
    public async Task The_wrong_port_of_the_right_agent()
    {
        var ports = lab.Agent.Ports;
        foreach (var (port, code) in new[]
        {
            (ports.Unused, "Tcp.Refused"), (ports.Server, "Port.ConsulRpc"), (ports.SerfLan, "Port.ConsulSerf"), (ports.Dns, "Port.ConsulDns"), (ports.Grpc, "Port.ConsulGrpc"),
        })
        {
            Assert.True(port > 0, $"the lab's agent has no port for {code}");
            Diagnose.Names(code, FaultOrigin.Real, "that port of a real agent, asked by http and by https", await Diagnose.RunAsync(new Uri($"http://127.0.0.1:{port}")));
            Diagnose.Names(code, FaultOrigin.Real, "that port of a real agent, asked by http and by https", await Diagnose.RunAsync(new Uri($"https://127.0.0.1:{port}")));
        }
    }

    [Fact]
    public async Task Http_and_https_confused()
    {
        var authority = certificates.Authority();
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(authority.Issue("127.0.0.1")) });

        Diagnose.Names("Http.TlsRequired", FaultOrigin.Real, "a real agent's HTTPS port asked by http", await Diagnose.RunAsync(new Uri($"http://127.0.0.1:{agent.HttpsAddress!.Port}")));
        Diagnose.Names("Tls.PlainHttpOnPort", FaultOrigin.Real, "a real agent's HTTP port asked by https", await Diagnose.RunAsync(new Uri($"https://127.0.0.1:{agent.HttpAddress!.Port}")));
    }

    [Fact]
    public async Task Https_asked_of_an_agent_that_has_none()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        var diagnosis = await Diagnose.RunAsync(new Uri($"https://127.0.0.1:{agent.Ports.Http}"));
        Diagnose.Names("Tls.PlainHttpOnPort", diagnosis);
        Diagnose.Lists("Tls.HttpsDisabled", FaultOrigin.Real, "https:// to a real agent without ports.https", diagnosis);
    }

    [Theory]
    [InlineData("expired", "Tls.CertificateExpired")]
    [InlineData("not yet", "Tls.CertificateNotYetValid")]
    [InlineData("other name", "Tls.IpSanMissing|Tls.HostNameMismatch")]
    [InlineData("other ca", "Tls.UnknownCa|Tls.IssuerNotFound")]
    [InlineData("self-signed", "Tls.SelfSigned")]
    [InlineData("regenerated", "Tls.CaRegenerated")]
    [InlineData("client only", "Tls.CertificateNotForServerAuth")]
    [InlineData("soon", "Tls.CertificateExpiresSoon")]
    [InlineData("expired and other name", "Tls.CertificateExpired")]
    public async Task A_certificate_of_the_agent(string fault, string codes)
    {
        var authority = certificates.Authority();
        var now = DateTimeOffset.UtcNow;
        var options = new CertificateOptions { CommonName = "agent", IpAddresses = ["127.0.0.1"] };
        var issued = fault switch
        {
            "expired" => authority.Issue(options with { NotBefore = now.AddDays(-20), NotAfter = now.AddDays(-3) }),
            "not yet" => authority.Issue(options with { NotBefore = now.AddDays(3), NotAfter = now.AddDays(30) }),
            "other name" => authority.Issue("server.dc1.consul"),
            "other ca" => certificates.Authority("Another CA").Issue(options),
            "self-signed" => certificates.SelfSigned(options),
            "regenerated" => authority.Regenerate().Issue(options),
            "client only" => authority.Issue(options with { ServerAuth = false }),
            "soon" => authority.Issue(options with { NotAfter = now.AddDays(5) }),
            _ => authority.Issue(new CertificateOptions { CommonName = "agent", DnsNames = ["server.dc1.consul"], NotBefore = now.AddDays(-20), NotAfter = now.AddDays(-3) }),
        };
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(issued) });

        var diagnosis = await Diagnose.RunAsync(new ConsulSessionOptions { Address = $"https://127.0.0.1:{agent.Ports.Https}", CACertificate = authority.CertificateFile });

        Diagnose.Names(codes.Split('|').FirstOrDefault(code => code == diagnosis.RootCause?.Code) ?? codes, FaultOrigin.Real, $"a real agent's certificate: {fault}", diagnosis);
        if (fault == "expired and other name") Assert.Contains(diagnosis.Findings, finding => finding.Code is "Tls.IpSanMissing" or "Tls.HostNameMismatch");
    }

    [Theory]
    [InlineData("none", "Tls.ClientCertificateRequired")]
    [InlineData("other ca", "Tls.ClientCertificateUnknownCa")]
    [InlineData("expired", "Tls.ClientCertificateExpired")]
    [InlineData("server only", "Tls.ClientCertificateNotForClientAuth")]
    public async Task A_certificate_of_the_client(string fault, string code)
    {
        var authority = certificates.Authority();
        var good = authority.IssueClient("good");
        var bad = fault switch
        {
            "other ca" => certificates.Authority("Another CA").IssueClient("bad"),
            "expired" => authority.Issue(new CertificateOptions { CommonName = "bad", ServerAuth = false, NotBefore = DateTimeOffset.UtcNow.AddDays(-9), NotAfter = DateTimeOffset.UtcNow.AddDays(-2) }),
            "server only" => authority.Issue(new CertificateOptions { CommonName = "bad", ClientAuth = false }),
            _ => null,
        };
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true,
            Tls = new AgentTlsOptions(authority.Issue("127.0.0.1", "server.dc1.consul")) { VerifyIncoming = true, AuthorityFile = authority.CertificateFile, ControlCertificate = good },
        });

        Diagnose.Names(code, FaultOrigin.Real, $"a real agent with verify_incoming, client certificate: {fault}", await Diagnose.RunAsync(new ConsulSessionOptions
        {
            Address = $"https://127.0.0.1:{agent.Ports.Https}", CACertificate = authority.CertificateFile, ClientCertificate = bad?.CertificateFile, ClientKey = bad?.KeyFile,
        }));
    }

    [Theory]
    [InlineData("key_prefix \"app/\" { policy = \"read\" }", "Acl.ReadOnly")]
    [InlineData("key_prefix \"app/\" { policy = \"list\" }", "Acl.ListOnly|Acl.ReadOnly")]
    [InlineData("key \"app\" { policy = \"write\" }", "Acl.ExactKeyVsPrefix")]
    [InlineData("key_prefix \"other/\" { policy = \"write\" }", "Acl.PermissionDenied|Acl.NoRule")]
    [InlineData("", "Acl.NoPolicies")]
    public async Task A_token_without_the_right(string rules, string codes)
    {
        var token = await lab.Agent.CreateTokenAsync(rules.Length == 0 ? null : rules);

        var diagnosis = await Diagnose.RunAsync(lab.Agent.HttpAddress!, token.SecretId);

        Diagnose.Names(codes.Split('|').FirstOrDefault(code => code == diagnosis.RootCause?.Code) ?? codes, diagnosis);
        Assert.DoesNotContain(token.SecretId[..8], Diagnose.Text(diagnosis), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_token_or_an_unknown_one()
    {
        Diagnose.Names("Acl.AnonymousDenied", await Diagnose.RunAsync(lab.Agent.HttpAddress!));
        Diagnose.Names("Acl.TokenNotFound", await Diagnose.RunAsync(lab.Agent.HttpAddress!, Guid.NewGuid().ToString()));
        Diagnose.Names("Acl.TokenMalformed", await Diagnose.RunAsync(lab.Agent.HttpAddress!, "my-token"));
    }

    [Fact]
    public async Task A_denied_write_of_a_value_that_is_too_large_lists_both()
    {
        var diagnosis = await Diagnose.RunAsync(lab.Agent.HttpAddress!, Guid.NewGuid().ToString(), new DiagnosisRequest { Key = "app/x", Value = new byte[600_000] });

        // Consul looks at the length before it looks at the token.
        Diagnose.Names("Limit.KvMaxValueSize", diagnosis);
        Assert.Contains(diagnosis.Findings, finding => finding is { Code: "Acl.TokenNotFound", BlockedBy: null });
    }

    [Theory]
    [InlineData("/lead", "Key.LeadingSlash")]
    [InlineData("a//b", "Key.DoubleSlash")]
    [InlineData("a/../b", "Key.DotSegments")]
    [InlineData("tab\there", "Agent.UnprintableFilter|Key.ControlCharacter")]
    public async Task A_key_that_cannot_be(string key, string codes)
    {
        var diagnosis = await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, new DiagnosisRequest { Key = key });
        Diagnose.Names(codes.Split('|').FirstOrDefault(code => code == diagnosis.RootCause?.Code) ?? codes, diagnosis);
    }

    [Fact]
    public async Task A_locked_key_is_a_warning()
    {
        var holder = await lab.Agent.CreateLockSessionAsync();
        await lab.Agent.SendAsync("PUT", "/v1/kv/locked/x?acquire=" + holder, "v", lab.ManagementToken);

        var diagnosis = await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, new DiagnosisRequest { Key = "locked/x" });

        Diagnose.Names("Key.Locked", diagnosis);
        Assert.Equal(DiagnosisVerdict.Degraded, diagnosis.Verdict);
    }

    [Fact]
    public async Task Sockets_that_are_none()
    {
        Diagnose.Names("Config.UnixSocketMissing", FaultOrigin.Real, "unix:// with a path that is not there", await Diagnose.RunAsync(new ConsulSessionOptions { Address = $"unix://{certificates.Folder}/none.sock" }));
    }

    [Fact]
    public async Task A_name_that_does_not_exist()
    {
        var diagnosis = await Diagnose.RunAsync(new Uri("http://no-such-host.invalid:8500"));
        Assert.StartsWith("Dns.", diagnosis.RootCause?.Code, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_black_hole_ends_by_the_deadline()
    {
        using var listener = new FullBacklogListener();
        var diagnosis = await Diagnose.RunAsync(new Uri($"http://127.0.0.1:{listener.Port}"), request: new DiagnosisRequest { Key = "app/x", Timeout = TimeSpan.FromSeconds(6) });

        Diagnose.Names("Tcp.Timeout", FaultOrigin.Real, "a listener whose queue is full", diagnosis);
        Assert.True(diagnosis.Duration < TimeSpan.FromSeconds(7), $"took {diagnosis.Duration}");
    }

    [Fact]
    public async Task Something_else_answers()
    {
        using var web = new ScriptedHttpServer();
        web.On(_ => true, ScriptedResponse.Html("<h1>It works!</h1>", 404, "Server: nginx"));
        Diagnose.Names("Http.NotConsul", FaultOrigin.Real, "another web server on the port", await Diagnose.RunAsync(web.Address));

        using var silent = new ScriptedHttpServer { OnConnect = ScriptedResponse.Silence };
        var diagnosis = await Diagnose.RunAsync(silent.Address, request: new DiagnosisRequest { Timeout = TimeSpan.FromSeconds(8) });
        Diagnose.Names("Http.ResponseTimeout", FaultOrigin.Real, "a server that accepts and never answers", diagnosis);
    }

    [Fact]
    public async Task Proxies_that_stand_in_the_way()
    {
        using var proxy = new HttpProxyServer { Answer = HttpProxyServer.Forbidden };
        Task<ConsulDiagnosis> ThroughAsync(string address) => Diagnose.RunAsync(new ConsulSessionOptions { Address = address, Proxy = proxy.Address });
        Diagnose.Names("Proxy.Forbidden", FaultOrigin.Real, "a forward proxy that answers CONNECT with 403", await ThroughAsync("https://consul.example:8501"));
        Diagnose.Names("Proxy.Forbidden", FaultOrigin.Real, "a forward proxy that answers 403", await ThroughAsync("http://consul.example:8500"));
        proxy.Answer = HttpProxyServer.CaptivePortal;
        Diagnose.Names("Proxy.CaptivePortal", FaultOrigin.Real, "a forward proxy that redirects to a login page", await ThroughAsync("https://consul.example:8501"));
        proxy.StopListening();
        Diagnose.Names("Proxy.Unreachable", FaultOrigin.Real, "a forward proxy that is down", await ThroughAsync("http://consul.example:8500"));
    }

    [Theory]
    [InlineData(500, "write /var/lib/consul/raft/raft.db: no space left on device", "Storage.DiskFull")]
    [InlineData(500, "write /var/lib/consul/raft/raft.db: read-only file system", "Storage.ReadOnlyFs")]
    [InlineData(500, "leadership lost while committing log", "Cluster.LeadershipLostWhileCommitting")]
    [InlineData(500, "rpc error making call: i/o deadline reached", "Rpc.DeadlineReached")]
    [InlineData(500, "rpc error getting client: failed to get conn: dial tcp 10.1.1.1:8300: connect: connection refused", "Rpc.DialFailed")]
    [InlineData(500, "Raft leader not found in server lookup mapping", "Cluster.LeaderNotTracked")]
    [InlineData(429, "rate limit exceeded, try again later or against a different server", "Limit.RequestLimits")]
    [InlineData(403, "Permission denied: token with AccessorID '4a1c5b0e-1111-2222-3333-444455556666' lacks permission 'key:write' on \"app/x\"", "Acl.PermissionDenied")]
    [InlineData(500, "invalid key name, keys should respect the \"^[a-zA-Z0-9,_./\\-?&=]+$\" format", "Key.ValidationRegex")]
    public async Task A_newer_agent_refuses_the_write(int status, string body, string code)
    {
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Version = "1.22.2", Acl = true });
        consul.On("PUT", "/v1/kv/", ScriptedResponse.Text(body, status, "X-Consul-Default-ACL-Policy: allow"));

        var token = consul.AddToken(("app/", code == "Acl.PermissionDenied" ? "read" : "write"));
        var diagnosis = await Diagnose.RunAsync(consul.Address, token.SecretId);
        Assert.Contains(diagnosis.Findings, finding => finding.Code == code);
        // The token's own rules explain a denial better than the denial does.
        Diagnose.Names(code == "Acl.PermissionDenied" ? "Acl.ListOnly" : code, diagnosis);
    }

    [Fact]
    public async Task A_reverse_proxy_that_lets_only_reads_through()
    {
        using var consul = new ScriptedConsul();
        consul.On("PUT", "/v1/kv/", ScriptedResponse.Html("<h1>405 Not Allowed</h1>", 405, "Server: nginx"));

        Diagnose.Names("Proxy.MethodOrPathRewrite", FaultOrigin.Scripted, "a gateway that answers 405 to PUT", await Diagnose.RunAsync(consul.Address));
    }

    [Fact]
    public async Task A_newer_agent_that_is_fine_is_called_fine()
    {
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Version = "1.22.2" });
        Diagnose.IsHealthy(await Diagnose.RunAsync(consul.Address));
    }
}
