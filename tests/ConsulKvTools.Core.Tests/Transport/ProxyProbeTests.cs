using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Transport;

/// <summary>The Proxy probe against a real proxy that can be told to misbehave, for tunnels and for plain HTTP.</summary>
public sealed class ProxyProbeTests(CertificatesFixture certificates) : IClassFixture<CertificatesFixture>
{
    private static IProbe[] Probes => [new NameProbe(), new ConnectProbe(), new ProxyProbe(), new TlsProbe(), new HttpProbe()];

    public static TheoryData<string, string> Faults => new()
    {
        { nameof(HttpProxyServer.Forbidden), "Proxy.Forbidden" },
        { nameof(HttpProxyServer.BadGateway), "Proxy.TargetUnreachable" },
        { nameof(HttpProxyServer.Unavailable), "Proxy.TargetUnreachable" },
        { nameof(HttpProxyServer.GatewayTimeout), "Proxy.TargetTimeout" },
        { nameof(HttpProxyServer.CaptivePortal), "Proxy.CaptivePortal" },
        { nameof(HttpProxyServer.NotAProxy), "Proxy.NotAProxy" },
        { nameof(ScriptedResponse.Close), "Proxy.ClosedDuringConnect" },
        { nameof(ScriptedResponse.Reset), "Proxy.ClosedDuringConnect" },
        { nameof(ScriptedResponse.Silence), "Proxy.ConnectTimeout" },
    };

    [Fact]
    public async Task No_proxy_is_skipped_with_the_reason()
    {
        using var server = Leader();
        var diagnosis = await Probing.RunAsync(Probing.Options("http", server.Port), Probes);
        diagnosis.AssertHealthy();
        Assert.Equal(ProbeStatus.Skipped, Assert.Single(diagnosis.Probes, probe => probe.Probe == "Proxy").Status);
    }

    [Fact]
    public async Task Healthy_plain_http()
    {
        using var server = Leader();
        using var proxy = new HttpProxyServer();
        var diagnosis = await Probing.RunAsync(Probing.Options("http", server.Port) with { Proxy = proxy.Address }, Probes);
        diagnosis.AssertHealthy();
        Assert.Empty(diagnosis.Findings);
    }

    [Fact]
    public async Task Healthy_tunnel()
    {
        using var server = Leader(certificates.Good);
        using var proxy = new HttpProxyServer();
        var diagnosis = await Probing.RunAsync(Probing.Options("https", server.Port, certificates.Root) with { Proxy = proxy.Address }, Probes);
        diagnosis.AssertHealthy();
        Assert.Empty(diagnosis.Findings);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Healthy_with_a_password(string scheme)
    {
        using var server = Leader(scheme == "https" ? certificates.Good : null);
        using var proxy = new HttpProxyServer { Credentials = new("me", "secret") };
        var options = Probing.Options(scheme, server.Port, certificates.Root) with { Proxy = proxy.Address };
        (await Probing.RunAsync(options with { ProxyCredential = new("me", "secret") }, Probes)).AssertHealthy();
        await Probing.NamesAsync("Proxy.AuthenticationRequired", options, Probes);
    }

    [Theory, MemberData(nameof(Faults))]
    public async Task Fault_of_a_tunnel(string fault, string code)
    {
        using var proxy = new HttpProxyServer { Answer = AnswerOf(fault) };
        await Probing.NamesAsync(code, Probing.Options("https", 8501, certificates.Root) with { Proxy = proxy.Address, ConnectTimeout = TimeSpan.FromSeconds(1) }, Probes);
    }

    [Theory, MemberData(nameof(Faults))]
    public async Task Fault_of_plain_http(string fault, string code)
    {
        using var proxy = new HttpProxyServer { Answer = AnswerOf(fault) };
        await Probing.NamesAsync(code, Probing.Options("http", 8500) with { Proxy = proxy.Address, ConnectTimeout = TimeSpan.FromSeconds(1) }, Probes);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Target_behind_the_proxy_is_down(string scheme)
    {
        using var proxy = new HttpProxyServer();
        await Probing.NamesAsync("Proxy.TargetUnreachable", Probing.Options(scheme, OpenSslServer.FreePort(), certificates.Root) with { Proxy = proxy.Address }, Probes);
    }

    [Fact]
    public async Task Proxy_that_grants_the_tunnel_and_closes()
    {
        await using var proxy = new RawServer(async (stream, _) =>
        {
            await RawServer.HearAsync(stream);
            await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
        });
        var diagnosis = await Probing.NamesAsync("Proxy.TargetUnreachable", Probing.Options("https", 8501, certificates.Root) with { Proxy = new Uri($"http://127.0.0.1:{proxy.Port}") }, Probes);
        Assert.DoesNotContain("Tcp.ClosedOnAccept", diagnosis.Codes());
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Proxy_is_down(string scheme) => await Probing.NamesAsync("Proxy.Unreachable", Probing.Options(scheme, 8500, certificates.Root) with { Proxy = new Uri($"http://127.0.0.1:{OpenSslServer.FreePort()}") }, Probes);

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Proxy_name_does_not_exist(string scheme) => await Probing.NamesAsync("Proxy.NameNotFound", Probing.Options(scheme, 8500, certificates.Root) with { Proxy = new Uri("http://no-such-proxy.invalid:3128") }, Probes);

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Proxy_wants_tls_itself(string scheme)
    {
        using var proxy = new HttpProxyServer(new TlsServerOptions(certificates.Good));
        await Probing.NamesAsync("Proxy.TlsExpected", Probing.Options(scheme, 8500, certificates.Root) with { Proxy = new Uri($"http://127.0.0.1:{proxy.Port}") }, Probes);
    }

    [Fact]
    public async Task Proxy_that_signs_anew()
    {
        using var server = Leader(certificates.Good);
        using var proxy = new HttpProxyServer { Interceptor = certificates.Lab.Authority("Corporate Inspection") };
        await Probing.NamesAsync("Proxy.TlsIntercepted", Probing.Options("https", server.Port, certificates.Root) with { Proxy = proxy.Address }, Probes);
    }

    private static ScriptedResponse AnswerOf(string fault) =>
        (ScriptedResponse)(typeof(HttpProxyServer).GetProperty(fault) ?? typeof(ScriptedResponse).GetProperty(fault))!.GetValue(null)!;

    private static ScriptedHttpServer Leader(IssuedCertificate? certificate = null) =>
        (certificate is null ? new ScriptedHttpServer() : new ScriptedHttpServer(certificate)).On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:8300\""));
}
