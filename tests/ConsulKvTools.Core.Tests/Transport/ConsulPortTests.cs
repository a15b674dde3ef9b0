using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Every port of a real agent, addressed as if it were the HTTP API.</summary>
public sealed class ConsulPortTests(ConsulPortsFixture agents) : IClassFixture<ConsulPortsFixture>
{
    private static IProbe[] Probes => [new NameProbe(), new ConnectProbe(), new TlsProbe(), new PortProbe(), new HttpProbe()];

    public static TheoryData<string, string, bool> OtherPorts => new()
    {
        { "Rpc", "Port.ConsulRpc", false }, { "SerfLan", "Port.ConsulSerf", false }, { "SerfWan", "Port.ConsulSerf", false },
        { "Dns", "Port.ConsulDns", false }, { "Grpc", "Port.ConsulGrpc", false },
        { "Rpc", "Port.ConsulRpc", true }, { "SerfLan", "Port.ConsulSerf", true }, { "SerfWan", "Port.ConsulSerf", true },
        { "Dns", "Port.ConsulDns", true }, { "Grpc", "Port.ConsulGrpc", true },
    };

    [Theory, MemberData(nameof(OtherPorts))]
    public async Task Asked_by_http(string port, string code, bool secured) =>
        await Probing.NamesAsync(code, Probing.Options("http", PortOf(port, secured)), Probes);

    [Theory, MemberData(nameof(OtherPorts))]
    public async Task Asked_by_https(string port, string code, bool secured) =>
        await Probing.NamesAsync(code, Probing.Options("https", PortOf(port, secured), agents.Root), Probes);

    [Fact]
    public async Task Https_port_asked_by_http() =>
        await Probing.NamesAsync("Http.TlsRequired", Probing.Options("http", agents.Secured.Ports.Https), Probes);

    [Fact]
    public async Task Http_port_asked_by_https() =>
        await Probing.NamesAsync("Tls.PlainHttpOnPort", Probing.Options("https", agents.Plain.Ports.Http, agents.Root), Probes);

    [Fact]
    public async Task Healthy_http()
    {
        var diagnosis = await Probing.RunAsync(Probing.Options("http", agents.Plain.Ports.Http), Probes);
        diagnosis.AssertHealthy();
        Assert.Empty(diagnosis.Findings);
    }

    [Fact]
    public async Task Healthy_https()
    {
        var diagnosis = await Probing.RunAsync(Probing.Options("https", agents.Secured.Ports.Https, agents.Root), Probes);
        diagnosis.AssertHealthy();
        Assert.Empty(diagnosis.Findings);
    }

    [Fact]
    public async Task Healthy_mutual_tls()
    {
        var diagnosis = await Probing.RunAsync(Probing.Options("https", agents.Mutual.Ports.Https, agents.Root, agents.Client), Probes);
        diagnosis.AssertHealthy();
        Assert.Empty(diagnosis.Findings);
    }

    [Fact]
    public async Task Healthy_unix_socket()
    {
        var diagnosis = await Probing.RunAsync(new ConsulSessionOptions { Address = "unix://" + agents.Plain.UnixSocketPath }, Probes);
        diagnosis.AssertHealthy();
        Assert.Empty(diagnosis.Findings);
    }

    [Fact]
    public async Task Mutual_tls_without_a_certificate() =>
        await Probing.NamesAsync("Tls.ClientCertificateRequired", Probing.Options("https", agents.Mutual.Ports.Https, agents.Root), Probes);

    [Fact]
    public async Task Mutual_tls_with_a_stranger()
    {
        var stranger = agents.Certificates.Authority("Other").IssueClient("stranger");
        for (var time = 0; time < 20; time++)
            await Probing.NamesAsync("Tls.ClientCertificateUnknownCa", Probing.Options("https", agents.Mutual.Ports.Https, agents.Root, stranger), new NameProbe(), new ConnectProbe(), new TlsProbe());
    }

    [Fact]
    public async Task Other_web_server_is_left_to_the_http_probe()
    {
        using var server = new ScriptedHttpServer();
        await Probing.NamesAsync("Http.NotConsul", Probing.Options("http", server.Port), Probes);
    }

    [Theory]
    [InlineData("http", "Http.NotConsul")]
    [InlineData("https", "Tls.NotTls")]
    public async Task Ssh(string scheme, string code)
    {
        await using var server = new RawServer(async (stream, _) =>
        {
            await stream.WriteAsync("SSH-2.0-OpenSSH_9.2p1\r\n"u8.ToArray());
            await Task.Delay(1500);
        });
        var diagnosis = await Probing.RunAsync(Probing.Options(scheme, server.Port), Probes);
        Assert.Equal(code, diagnosis.RootCause?.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, diagnosis);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Closed_on_accept(string scheme)
    {
        await using var server = new RawServer((_, _) => Task.CompletedTask);
        await Probing.NamesAsync("Tcp.ClosedOnAccept", Probing.Options(scheme, server.Port), Probes);
    }

    private int PortOf(string name, bool secured)
    {
        var ports = (secured ? agents.Secured : agents.Plain).Ports;
        return name switch { "Rpc" => ports.Server, "SerfLan" => ports.SerfLan, "SerfWan" => ports.SerfWan, "Dns" => ports.Dns, _ => ports.Grpc };
    }
}
