using ConsulKvTools.Diagnosis;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>Faults that come and go, and waiting until one has gone.</summary>
[Collection(AclAgentTests.Name)]
public sealed class SeriesTests(AclAgentFixture lab)
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task An_agent_that_comes_and_goes_is_flapping()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        using var session = Session(box.Address);
        var series = await DiagnosisSeries.RunAsync(session, new DiagnosisRequest { Key = "app/x" }, 6, Moment, null, (number, _) =>
        {
            if (number % 2 == 1) box.Refuse();
            else box.Pass();
        }, TestContext.Current.CancellationToken);

        Assert.True(series.IsFlapping, series.ToString());
        Assert.Equal((3, 0, 3, 5, 0.5), (series.HealthyCount, series.DegradedCount, series.FaultyCount, series.Changes, series.Availability));
        var cause = Assert.Single(series.Causes);
        Assert.Equal(("Tcp.Refused", 3, 0.5), (cause.Code, cause.Count, cause.Share));
        Assert.Equal(series.Diagnoses[1].StartedAt, cause.FirstSeen);
        Assert.Equal(series.Diagnoses[5].StartedAt, cause.LastSeen);
        // What was skipped has no time.
        Assert.Equal(6, series.Probes.Single(row => row.Name == "Tcp").Count);
        Assert.Equal(3, series.Probes.Single(row => row.Name == "Http").Count);
        Assert.Contains("FLAPPING", string.Join("\n", SeriesText.Lines(series, new DiagnosisTextStyle())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_breaks_once_and_stays_broken_is_not_flapping()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        using var session = Session(box.Address);
        var series = await DiagnosisSeries.RunAsync(session, new DiagnosisRequest(), 4, Moment, null, (_, _) => box.Refuse(), TestContext.Current.CancellationToken);
        Assert.False(series.IsFlapping);
        Assert.Equal((1, 3, 1), (series.HealthyCount, series.FaultyCount, series.Changes));
    }

    [Fact]
    public async Task A_series_stopped_half_way_gives_what_there_is()
    {
        using var session = Session(lab.Agent.HttpAddress!);
        using var stop = new CancellationTokenSource();
        var series = await DiagnosisSeries.RunAsync(session, new DiagnosisRequest(), 100, Moment, null, (number, _) =>
        {
            if (number == 2) stop.Cancel();
        }, stop.Token);
        Assert.Equal((2, 100), (series.Diagnoses.Count, series.Requested));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DiagnosisSeries.RunAsync(session, new DiagnosisRequest(), 3, Moment, null, (_, _) => { }, stop.Token));
    }

    [Fact]
    public void Percentiles_are_times_that_were_measured()
    {
        var row = LatencySummary.Of("Http", ConsulLayer.Http, Enumerable.Range(1, 200).Reverse().Select(number => TimeSpan.FromMilliseconds(number)));
        Assert.Equal((200, 1.0, 100.0, 180.0, 198.0, 200.0), (row.Count, row.Minimum.TotalMilliseconds, row.P50.TotalMilliseconds, row.P90.TotalMilliseconds, row.P99.TotalMilliseconds, row.Maximum.TotalMilliseconds));
        var two = LatencySummary.Of("Http", ConsulLayer.Http, [TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1)]);
        Assert.Equal((1.0, 3.0, 3.0), (two.P50.TotalSeconds, two.P90.TotalSeconds, two.P99.TotalSeconds));
        var one = LatencySummary.Of("Http", ConsulLayer.Http, [TimeSpan.FromSeconds(2)]);
        Assert.Equal((2.0, 2.0), (one.Minimum.TotalSeconds, one.P99.TotalSeconds));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task A_count_out_of_range_is_refused(int count)
    {
        using var session = Session(lab.Agent.HttpAddress!);
        Assert.Equal("Request.Invalid", (await Assert.ThrowsAsync<ConsulRequestException>(() => DiagnosisSeries.RunAsync(session, new DiagnosisRequest(), count, Moment, null, (_, _) => { }, TestContext.Current.CancellationToken))).Finding.Code);
    }

    [Fact]
    public async Task Waiting_ends_with_health()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        box.Refuse();
        using var session = Session(box.Address);
        var causes = new List<string?>();
        var last = await HealthWait.RunAsync(session, new DiagnosisRequest { Timeout = TimeSpan.FromSeconds(30) }, Moment, false, null, (now, before) =>
        {
            Assert.Equal(causes.LastOrDefault(), before?.RootCause?.Code);
            causes.Add(now.RootCause?.Code);
            if (causes.Count == 3) box.Pass();
        }, TestContext.Current.CancellationToken);
        Assert.Equal(DiagnosisVerdict.Healthy, last.Verdict);
        Assert.Equal(["Tcp.Refused", "Tcp.Refused", "Tcp.Refused", null], causes);
    }

    [Fact]
    public async Task Waiting_ends_with_its_time()
    {
        using var session = Session(new Uri($"http://127.0.0.1:{lab.Agent.Ports.Unused}"));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var runs = 0;
        var last = await HealthWait.RunAsync(session, new DiagnosisRequest { Timeout = TimeSpan.FromSeconds(3) }, TimeSpan.FromMilliseconds(200), false, null, (_, _) => runs++, TestContext.Current.CancellationToken);
        Assert.Equal("Tcp.Refused", last.RootCause?.Code);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(4));
        Assert.True(runs > 2, $"{runs}");
    }

    [Fact]
    public async Task An_interval_longer_than_what_is_left_does_not_cost_the_last_look()
    {
        using var session = Session(new Uri($"http://127.0.0.1:{lab.Agent.Ports.Unused}"));
        var runs = 0;
        await HealthWait.RunAsync(session, new DiagnosisRequest { Timeout = TimeSpan.FromSeconds(4) }, TimeSpan.FromHours(1), false, null, (_, _) => runs++, TestContext.Current.CancellationToken);
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Waiting_for_something_that_hangs_keeps_its_time_too()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        box.BlackHole();
        using var session = Session(box.Address);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var last = await HealthWait.RunAsync(session, new DiagnosisRequest { Timeout = TimeSpan.FromSeconds(4) }, Moment, false, null, (_, _) => { }, TestContext.Current.CancellationToken);
        Assert.Equal(DiagnosisVerdict.Faulty, last.Verdict);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5.5), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task Degraded_is_good_enough_when_that_is_said()
    {
        using var certificates = new CertificateLab();
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(certificates.Authority().Issue("127.0.0.1")) });
        using var session = ConsulKvSession.CreateForDiagnosis(new ConsulSessionOptions { Address = $"https://127.0.0.1:{agent.Ports.Https}", SkipCertificateCheck = true }, ConsulEnvironment.Empty);
        foreach (var (allowed, expected) in new[] { (true, 1), (false, 2) })
        {
            var runs = 0;
            var last = await HealthWait.RunAsync(session, new DiagnosisRequest { Timeout = TimeSpan.FromSeconds(3) }, Moment, allowed, null, (_, _) => runs++, TestContext.Current.CancellationToken);
            Assert.Equal(DiagnosisVerdict.Degraded, last.Verdict);
            Assert.True(allowed ? runs == expected : runs >= expected, $"{allowed}: {runs}");
        }
    }

    private ConsulKvSession Session(Uri address) => ConsulKvSession.CreateForDiagnosis(
        new ConsulSessionOptions { Address = address.ToString().TrimEnd('/'), Token = new ConsulSecret(lab.ManagementToken) }, ConsulEnvironment.Empty);
}
