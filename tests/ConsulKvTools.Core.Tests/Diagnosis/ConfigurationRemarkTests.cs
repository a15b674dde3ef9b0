using ConsulKvTools.Kv;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>What is odd about a configuration without being wrong by itself, or is wrong only for this agent.</summary>
[Collection(AclAgentTests.Name)]
public sealed class ConfigurationRemarkTests(AclAgentFixture lab) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("consulkv-").FullName;

    private string Good => lab.Agent.HttpAddress!.Authority;

    private ConsulSecret Token => new(lab.ManagementToken);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Address_of_the_environment_without_a_scheme()
    {
        var diagnosis = await RunAsync(new ConsulSessionOptions { Token = Token }, ("CONSUL_HTTP_ADDR", Good));
        Diagnose.IsHealthy(diagnosis);
        Lists("Config.AddrNoScheme", diagnosis);
    }

    [Fact]
    public async Task Variables_that_explicit_settings_hide()
    {
        var diagnosis = await RunAsync(new ConsulSessionOptions { Address = "http://" + Good, Token = Token, CACertificate = CaFile() },
            ("CONSUL_HTTP_ADDR", "http://127.0.0.1:1"), ("CONSUL_CACERT", "/none"));
        Diagnose.IsHealthy(diagnosis);
        Lists("Config.EnvIgnored", diagnosis);
        Assert.Contains("CONSUL_HTTP_ADDR, CONSUL_CACERT", diagnosis.Findings.Single(finding => finding.Code == "Config.EnvIgnored").Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_that_say_the_same_are_not_remarked() => Assert.DoesNotContain(
        (await RunAsync(new ConsulSessionOptions { Address = "http://" + Good, Token = Token }, ("CONSUL_HTTP_ADDR", "http://" + Good), ("CONSUL_HTTP_TOKEN", lab.ManagementToken))).Findings,
        finding => finding.Code is "Config.EnvIgnored" or "Config.ConflictingToken");

    [Theory]
    [InlineData("CONSUL_HTTP_TOKEN")]
    [InlineData("CONSUL_HTTP_TOKEN_FILE")]
    public async Task Token_of_the_environment_that_differs(string variable)
    {
        const string other = "11111111-2222-3333-4444-555555555555";
        var file = Path.Combine(folder, "token");
        await File.WriteAllTextAsync(file, other);
        var diagnosis = await RunAsync(new ConsulSessionOptions { Address = "http://" + Good, Token = Token }, (variable, variable.EndsWith("FILE", StringComparison.Ordinal) ? file : other));
        Diagnose.IsHealthy(diagnosis);
        Lists("Config.ConflictingToken", diagnosis);
        Assert.DoesNotContain(other[..8], Diagnose.Text(diagnosis), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_token_where_one_is_needed() => Lists("Config.TokenMissing", await RunAsync(new ConsulSessionOptions { Address = "http://" + Good }));

    [Fact]
    public async Task Http_to_another_machine()
    {
        Lists("Config.TlsNotUsed", await RunAsync(new ConsulSessionOptions { Address = "http://consul.invalid:8500" }));
        Lists("Config.TokenInClear", await RunAsync(new ConsulSessionOptions { Address = "http://consul.invalid:8500", Token = Token }));
    }

    [Fact]
    public async Task Verification_switched_off()
    {
        using var certificates = new CertificateLab();
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(certificates.Authority().Issue("127.0.0.1")) });
        var diagnosis = await RunAsync(new ConsulSessionOptions { Address = $"https://127.0.0.1:{agent.Ports.Https}", SkipCertificateCheck = true });
        Names("Config.VerificationOff", diagnosis);
        Assert.Contains($"https://127.0.0.1:{agent.Ports.Https}", diagnosis.RootCause!.Command, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verification_that_was_meant_to_be_off_and_an_unknown_authority()
    {
        using var certificates = new CertificateLab();
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(certificates.Authority().Issue("127.0.0.1")) });
        Names("Config.SslVerifyNotBool", await RunAsync(new ConsulSessionOptions { CACertificate = certificates.Authority("Another CA").CertificateFile }, ("CONSUL_HTTP_ADDR", $"https://127.0.0.1:{agent.Ports.Https}"), ("CONSUL_HTTP_SSL_VERIFY", "no")));
    }

    [Fact]
    public async Task Ssl_false_beside_https()
    {
        Names("Config.SslFalseIgnoredForHttps", await RunAsync(new ConsulSessionOptions(), ("CONSUL_HTTP_ADDR", "https://" + Good), ("CONSUL_HTTP_SSL", "false")));
    }

    [Fact]
    public async Task Attempts_shorter_than_a_leaderless_agent_holds_a_request() => Lists("Config.TimeoutTooShort", await RunAsync(
        new ConsulSessionOptions { Address = "http://" + Good, Token = Token, RetryPolicy = new ConsulRetryPolicy { AttemptTimeout = TimeSpan.FromSeconds(2) } }));

    [Fact]
    public async Task Token_file_that_is_no_token()
    {
        var file = Path.Combine(folder, "core.dump");
        await File.WriteAllBytesAsync(file, new byte[70 * 1024]);
        Names("Config.TokenFileUnreadable", await RunAsync(new ConsulSessionOptions { Address = "http://" + Good, TokenFile = file }));
    }

    [Fact]
    public async Task No_proxy_entry_that_only_Go_understands() => Lists("Proxy.NoProxySyntax", await RunAsync(
        new ConsulSessionOptions { Address = "http://10.255.0.1:8500", ConnectTimeout = TimeSpan.FromMilliseconds(200) }, ("HTTP_PROXY", "http://proxy.example:3128"), ("NO_PROXY", "10.0.0.0/8")));

    [Fact]
    public async Task No_proxy_suffix_without_its_dot() => Lists("Proxy.NoProxySyntax", await RunAsync(
        new ConsulSessionOptions { Address = "http://a.invalid:8500", ConnectTimeout = TimeSpan.FromMilliseconds(200) }, ("http_proxy", "http://proxy.example:3128"), ("no_proxy", "*.other,invalid")));

    [Theory]
    [InlineData("*")]
    [InlineData("127.0.0.0/8")]
    [InlineData("{good}")]
    public async Task No_proxy_entry_for_loopback_that_only_Go_understands(string entry)
    {
        var diagnosis = await RunAsync(new ConsulSessionOptions { Address = "http://" + Good, Token = Token }, ("http_proxy", "http://127.0.0.1:1"), ("no_proxy", entry.Replace("{good}", Good)));
        Diagnose.Names("Proxy.NoProxySyntax", FaultOrigin.Real, $"NO_PROXY is {entry.Replace("{good}", "HOST:PORT")} before an agent on loopback", diagnosis);
        Assert.Equal("Proxy.NoProxySyntax", diagnosis.Findings.Single(finding => finding.Code == "Proxy.UsedForLocalAddress").BlockedBy);
    }

    [Theory]
    [InlineData(":::junk")]
    [InlineData("ftp://x:1")]
    [InlineData("http://x:port")]
    public async Task A_proxy_that_no_program_can_read_harms_nobody_on_loopback(string proxy) => Diagnose.IsHealthy(
        await RunAsync(new ConsulSessionOptions { Address = "http://" + Good, Token = Token }, ("http_proxy", proxy)));

    [Fact]
    public async Task A_socks_proxy_is_used_for_loopback_by_dotnet() => Names("Proxy.UsedForLocalAddress",
        await RunAsync(new ConsulSessionOptions { Address = "http://" + Good, Token = Token }, ("http_proxy", "socks5://127.0.0.1:1")));

    [Fact]
    public async Task Error_that_no_rule_knows()
    {
        using var consul = new ScriptedConsul();
        consul.On("PUT", "/v1/kv/", ScriptedResponse.Text("something new went wrong", 500));
        Diagnose.Names("Http.ServerError", FaultOrigin.Scripted, TestWords.Here, await RunAsync(new ConsulSessionOptions { Address = consul.Address.ToString().TrimEnd('/') }));
    }

    [Fact]
    public async Task Probe_that_breaks()
    {
        using var session = ConsulKvSession.Create(new ConsulSessionOptions { Address = "http://" + Good, Token = Token }, ConsulEnvironment.Empty);
        var diagnosis = await ConsulKvTools.Diagnosis.Diagnoser.RunAsync(session, new DiagnosisRequest(),
            [.. ConsulKvTools.Diagnosis.Probes.ProbeList.Connectivity, new Broken()], null, TestContext.Current.CancellationToken);
        Assert.Equal(DiagnosisVerdict.Degraded, diagnosis.Verdict);
        Lists("Probe.Crashed", diagnosis);
    }

    [Fact]
    public async Task Partition_on_an_agent_that_ignores_it() =>
        Names("Config.PartitionIgnored", await RunAsync(new ConsulSessionOptions { Address = "http://" + Good, Token = Token, Partition = "team" }));

    [Fact]
    public async Task Partition_on_a_newer_community_edition()
    {
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Version = "1.22.2" });
        consul.On(request => request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal) && request.Query.Contains("partition=", StringComparison.Ordinal),
            ScriptedResponse.Text("Invalid query parameter: \"partition\" - Partitions are a Consul Enterprise feature", 400));
        Diagnose.Names("Config.PartitionOnCe", FaultOrigin.Scripted, TestWords.Here,
            await RunAsync(new ConsulSessionOptions { Address = consul.Address.ToString().TrimEnd('/'), Partition = "team" }));
    }

    [Fact]
    public async Task Transaction_in_a_namespace()
    {
        using var session = ConsulKvSession.Create(new ConsulSessionOptions { Address = "http://" + Good, Token = Token, Namespace = "team" }, ConsulEnvironment.Empty);
        var results = await new KvWriter(session).WriteAtomicAsync([new ConsulKvWrite { Key = "remark/a" }, new ConsulKvWrite { Key = "remark/b" }], TestContext.Current.CancellationToken);
        Assert.All(results, result => Assert.Equal("Config.TxnNamespaceIgnored", result.Code));
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, results[0]);
        Assert.Null(await lab.Agent.GetKeyAsync("remark/a", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Connections_of_the_session_all_busy()
    {
        using var silent = new ScriptedHttpServer();
        silent.On(_ => true, ScriptedResponse.Silence);
        using var session = ConsulKvSession.Create(new ConsulSessionOptions
        {
            Address = silent.Address.ToString().TrimEnd('/'), MaxConnections = 1, RetryPolicy = new ConsulRetryPolicy { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromSeconds(3) },
        }, ConsulEnvironment.Empty);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var busy = session.Http.SendAsync(ConsulKvTools.Http.ConsulRequest.Get("/v1/kv/held"), TimeSpan.FromSeconds(60), stop.Token);
        await silent.WaitForRequestAsync();

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x" }, TestContext.Current.CancellationToken);

        Assert.Equal(ConsulKvOutcome.Failed, result.Outcome);
        Assert.Equal("Http.ConnectionWait", result.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, result);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => busy);
    }

    [Fact]
    public async Task Diagnosis_that_runs_out_of_time()
    {
        using var silent = new ScriptedHttpServer { OnConnect = ScriptedResponse.Silence };
        Lists("Probe.DeadlineReached", await Diagnose.RunAsync(silent.Address, request: new DiagnosisRequest { Timeout = TimeSpan.FromSeconds(0.8) }));
    }

    [Fact]
    public async Task Diagnosis_that_is_cancelled_says_so_of_the_probes_under_way()
    {
        using var silent = new ScriptedHttpServer { OnConnect = ScriptedResponse.Silence };
        using var session = LabSessions.Open(silent.Address.ToString());
        using var stop = new CancellationTokenSource();
        var seen = new Progress();
        var running = ConsulKvTools.Diagnosis.Diagnoser.RunAsync(session, new DiagnosisRequest(), seen, stop.Token);
        await seen.First;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.DoesNotContain(seen.Results, result => result.Findings.Any(finding => finding.Code == "Probe.DeadlineReached"));
        Assert.Contains(seen.Results, result => result.Findings.Any(finding => finding.Code == "Probe.Cancelled"));
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, "Probe.Cancelled", "told of each probe under way", TimeSpan.Zero);
    }

    private static void Names(string code, ConsulDiagnosis diagnosis) => Diagnose.Names(code, FaultOrigin.Real, TestWords.Here, diagnosis);

    private static void Lists(string code, ConsulDiagnosis diagnosis) => Diagnose.Lists(code, FaultOrigin.Real, TestWords.Here, diagnosis);

    private static Task<ConsulDiagnosis> RunAsync(ConsulSessionOptions options, params (string Name, string Value)[] environment) =>
        Diagnose.RunAsync(options, environment: environment.ToDictionary(pair => pair.Name, pair => pair.Value));

    private string CaFile()
    {
        using var certificates = new CertificateLab();
        var file = Path.Combine(folder, "ca.pem");
        File.Copy(certificates.Authority().CertificateFile, file);
        return file;
    }

    private sealed class Broken : ConsulKvTools.Diagnosis.IProbe
    {
        public string Name => "Broken";

        public ConsulLayer Layer => ConsulLayer.Http;

        public ConsulLayer? Needs => null;

        public Task<ProbeResult> RunAsync(ConsulKvTools.Diagnosis.ProbeContext context, CancellationToken cancellation) => throw new InvalidOperationException("a mistake of this program");
    }

    private sealed class Progress : IProgress<ConsulKvTools.Diagnosis.DiagnosisProgress>
    {
        private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly System.Collections.Concurrent.ConcurrentQueue<ProbeResult> results = new();

        public Task First => first.Task;

        public IReadOnlyCollection<ProbeResult> Results => results;

        public void Report(ConsulKvTools.Diagnosis.DiagnosisProgress value)
        {
            if (value.Ended is null) return;
            results.Enqueue(value.Ended);
            first.TrySetResult();
        }
    }
}
