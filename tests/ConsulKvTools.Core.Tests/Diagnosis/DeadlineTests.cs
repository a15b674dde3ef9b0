using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Transport;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>Every way in which the other end can keep a client waiting: the diagnosis ends in time, names it, and leaves nothing behind.</summary>
[Collection(UndisturbedTests.Name)]
public sealed class DeadlineTests(AclAgentFixture lab) : IClassFixture<AclAgentFixture>
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Packets_that_vanish()
    {
        using var full = new FullBacklogListener();
        await NamesInTimeAsync("Tcp.Timeout", full.Address);
    }

    [Fact]
    public async Task A_server_that_accepts_and_says_nothing()
    {
        await using var server = new RawServer((stream, _) => SilenceAsync(stream));
        await NamesInTimeAsync("Http.ResponseTimeout", Http(server), () => server.Accepted > 0);
        await NamesInTimeAsync("Tls.HandshakeTimeout", new Uri($"https://127.0.0.1:{server.Port}"));
    }

    [Fact]
    public async Task A_head_that_drips()
    {
        await using var server = new RawServer(async (stream, _) =>
        {
            await RawServer.HearAsync(stream);
            await DripAsync(stream, "HTTP/1.1 200 OK\r\nX-Slow: " + new string('a', 10_000));
        });
        await NamesInTimeAsync("Http.ResponseTimeout", Http(server));
    }

    [Fact]
    public async Task A_body_that_drips()
    {
        await using var server = new RawServer(async (stream, _) =>
        {
            await RawServer.HearAsync(stream);
            await SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n\"");
            await DripAsync(stream, new string('1', 9_999));
        });
        await NamesInTimeAsync("Http.ResponseTimeout", Http(server));
    }

    [Fact]
    public async Task A_body_without_an_end()
    {
        await using var server = new ScriptedHttpServer();
        server.On("*", "/", ScriptedResponse.Endless());
        await NamesInTimeAsync("Http.BodyTooLarge|Http.NotConsul", server.Address);
    }

    [Fact]
    public async Task Headers_without_an_end()
    {
        await using var server = new RawServer(async (stream, _) =>
        {
            await RawServer.HearAsync(stream);
            await SendAsync(stream, "HTTP/1.1 200 OK\r\n");
            var line = Encoding.ASCII.GetBytes("X-More: " + new string('a', 1000) + "\r\n");
            while (true) await stream.WriteAsync(line);
        });
        await NamesInTimeAsync("Http.HeadersTooLarge", Http(server));
    }

    [Fact]
    public void A_name_server_that_says_nothing()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        using var dns = new DnsServer(new IPEndPoint(network.HostAddress, 53)).Silent("silent.test");
        network.Resolver($"nameserver {network.HostAddress}", "options timeout:5 attempts:3");
        var saved = Path.GetTempFileName();
        try
        {
            InsideNamespace.Probe(network, "", $"http://silent.test:8500 save={saved} limit=3 timeout=10");
            var diagnosis = DiagnosisJson.Read(File.ReadAllText(saved));
            Diagnose.Names("Dns.ResolverTimeout", diagnosis);
            InTime(diagnosis);
        }
        finally
        {
            File.Delete(saved);
        }
    }

    [Fact]
    public async Task A_proxy_that_says_nothing()
    {
        await using var proxy = new RawServer((stream, _) => SilenceAsync(stream));
        var address = new Uri($"http://127.0.0.1:{proxy.Port}");
        InTime(await NamesAsync("Proxy.ConnectTimeout", new ConsulSessionOptions { Address = "https://consul.test:8501", Proxy = address }));
        InTime(await NamesAsync("Http.ResponseTimeout|Proxy.TargetTimeout|Proxy.ConnectTimeout", new ConsulSessionOptions { Address = "http://consul.test:8500", Proxy = address }));
    }

    [Fact]
    public async Task A_server_that_answers_once_and_never_again()
    {
        var asked = 0;
        await using var server = new RawServer(async (stream, _) =>
        {
            await RawServer.HearAsync(stream);
            if (Interlocked.Increment(ref asked) > 1) await SilenceAsync(stream);
            await SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n\"127.0.0.1:8300\"");
            await SilenceAsync(stream);
        });
        await NamesInTimeAsync("Http.ResponseTimeout|Cluster.LeaderFrozen", Http(server));
    }

    [Fact]
    public async Task A_server_that_answers_nothing_but_who_leads()
    {
        await using var server = new ScriptedHttpServer();
        server.On("*", "/", ScriptedResponse.Silence).On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:8300\""));
        await NamesInTimeAsync("Cluster.LeaderFrozen|Http.ResponseTimeout", server.Address);
    }

    [Fact]
    public async Task A_frozen_agent()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        agent.Freeze();
        await NamesInTimeAsync("Http.ResponseTimeout", agent.Address);
    }

    [Fact]
    public async Task A_tls_server_that_stalls_in_the_middle()
    {
        using var certificates = new CertificateLab();
        await using var server = new ScriptedHttpServer(new TlsServerOptions(certificates.Authority().Issue("127.0.0.1")) { Fault = TlsFault.StallAfterServerHello });
        await NamesInTimeAsync("Tls.HandshakeStalled", server.Address);
    }

    [Fact]
    public async Task A_box_that_swallows_everything_behind_a_working_agent()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        box.DropResponses();
        await NamesInTimeAsync("Http.ResponseTimeout", box.Address);
    }

    [Fact]
    public async Task What_is_under_way_is_told_while_it_runs()
    {
        await using var server = new RawServer((stream, _) => SilenceAsync(stream));
        var told = new Collected();
        using var session = ConsulKvSession.CreateForDiagnosis(new ConsulSessionOptions { Address = Http(server).ToString() }, ConsulEnvironment.Empty);
        var diagnosis = await Diagnoser.RunAsync(session, new DiagnosisRequest { Timeout = Time }, told, TestContext.Current.CancellationToken);

        var reports = told.Reports;
        Assert.Contains(reports, report => report.UnderWay.Any(probe => probe is { Probe: "Tcp" } && probe.Doing == $"connecting to 127.0.0.1:{server.Port}"));
        Assert.Contains(reports, report => report.ToString().StartsWith("Port: waiting for an answer from 127.0.0.1", StringComparison.Ordinal) && report.Elapsed >= TimeSpan.FromSeconds(1));
        // Each end is told once, in order, with nothing left over.
        Assert.Equal(diagnosis.Probes.Select(probe => probe.Probe).Order(), reports.Where(report => report.Ended is not null).Select(report => report.Ended!.Probe).Order());
        Assert.Equal((diagnosis.Probes.Count, diagnosis.Probes.Count, 0), (reports[^1].Done, reports[^1].Total, reports[^1].UnderWay.Count));
        Assert.True(reports.Zip(reports.Skip(1), (one, next) => one.Done <= next.Done).All(ordered => ordered));
        Assert.Equal("Tcp: connecting to 10.0.0.1:8500, 3 s", new ProbeUnderWay("Tcp", "connecting to 10.0.0.1:8500", TimeSpan.FromSeconds(3.4)).ToString());
    }

    private static Uri Http(RawServer server) => new($"http://127.0.0.1:{server.Port}");

    private static async Task NamesInTimeAsync(string codes, Uri address, Func<bool>? reached = null)
    {
        var diagnosis = await NamesAsync(codes, new ConsulSessionOptions { Address = address.ToString().TrimEnd('/') });
        InTime(diagnosis);
        Assert.True(reached?.Invoke() ?? true, "the server was never asked");
    }

    private static async Task<ConsulDiagnosis> NamesAsync(string codes, ConsulSessionOptions options)
    {
        ConsulDiagnosis diagnosis;
        var port = (options.Proxy ?? new Uri(options.Address!)).Port;
        var before = SocketsTo(port);
        var clock = Stopwatch.StartNew();
        using (var session = ConsulKvSession.CreateForDiagnosis(options, ConsulEnvironment.Empty))
            diagnosis = await Diagnoser.RunAsync(session, new DiagnosisRequest { Key = "app/x", Timeout = Time }, null, TestContext.Current.CancellationToken);
        Assert.True(clock.Elapsed <= Time + TimeSpan.FromSeconds(1), $"took {clock.Elapsed}\n{Diagnose.Text(diagnosis)}");
        Diagnose.Names(codes.Split('|').FirstOrDefault(code => code == diagnosis.RootCause?.Code) ?? codes, diagnosis);
        await NothingIsLeftAsync(port, before);
        return diagnosis;
    }

    private static void InTime(ConsulDiagnosis diagnosis) => Assert.True(diagnosis.Duration <= Time + TimeSpan.FromSeconds(1), Diagnose.Text(diagnosis));

    /// <summary>No socket of this process goes to the port any more, once the session is gone.</summary>
    private static async Task NothingIsLeftAsync(int port, string[] before)
    {
        var until = DateTime.UtcNow.AddSeconds(2);
        string[] open;
        while ((open = [.. SocketsTo(port).Except(before)]).Length > 0 && DateTime.UtcNow < until) await Task.Delay(50);
        Assert.True(open.Length == 0, $"left behind: {string.Join("; ", open)}");
    }

    private static string[] SocketsTo(int port)
    {
        if (!OperatingSystem.IsLinux()) return [];
        var own = Directory.GetFiles("/proc/self/fd").Select(link => new FileInfo(link).LinkTarget).OfType<string>()
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal)).Select(target => target[8..^1]).ToHashSet();
        var remote = ":" + port.ToString("X4", null);
        return File.ReadLines("/proc/self/net/tcp").Skip(1).Concat(File.ReadLines("/proc/self/net/tcp6").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words[2].EndsWith(remote, StringComparison.Ordinal) && own.Contains(words[9])).Select(words => $"{words[1]} {words[3]} {words[9]}").ToArray();
    }

    private static async Task SilenceAsync(Stream stream)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer) > 0) { }
    }

    private static Task SendAsync(Stream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask();

    private static async Task DripAsync(Stream stream, string text)
    {
        foreach (var letter in text)
        {
            await SendAsync(stream, letter.ToString());
            await Task.Delay(100);
        }
    }

    private sealed class Collected : IProgress<DiagnosisProgress>
    {
        private readonly Lock gate = new();
        private readonly List<DiagnosisProgress> reports = [];

        public IReadOnlyList<DiagnosisProgress> Reports
        {
            get { lock (gate) return [.. reports]; }
        }

        public void Report(DiagnosisProgress value)
        {
            lock (gate) reports.Add(value);
        }
    }
}
