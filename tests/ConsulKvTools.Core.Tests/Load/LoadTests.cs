using System.Globalization;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Load;

/// <summary>
/// One session under load: nothing grows, and the agent never sees more connections than the session may open. The variable
/// CONSULKVTOOLS_LOAD_SECONDS makes it longer; <c>./build.ps1 Load</c> runs ten minutes.
/// </summary>
[Collection(UndisturbedTests.Name)]
public sealed class LoadTests(ITestOutputHelper output)
{
    private const int Writers = 64;
    private const int ConsulsLimit = 200;

    [Fact]
    public async Task Sixty_four_writers_for_a_long_time_make_neither_handles_nor_memory_nor_connections_grow()
    {
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("CONSULKVTOOLS_LOAD_SECONDS"), CultureInfo.InvariantCulture, out var given) ? given : 20;
        await using var agent = await StartAsync();
        var connections = new AgentConnections(agent);
        using var session = LabSessions.Open(agent.AddressText);
        using var stop = new CancellationTokenSource();
        long done = 0;
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var (write, read) = (new KvWriter(session), new KvReader(session));
            for (var turn = 0; !stop.IsCancellationRequested; turn++)
            {
                var key = $"load/{writer}/{turn % 50}";
                var value = BitConverter.GetBytes(turn);
                var result = await write.WriteAsync(new ConsulKvWrite { Key = key, Value = value }, CancellationToken.None);
                Assert.True(result.Outcome == ConsulKvOutcome.Written, $"{key}: {result.Outcome} {result.Message}");
                if (turn % 10 == 0) Assert.Equal(value, (await read.GetAsync(key, ConsulConsistency.Default, CancellationToken.None)).Entry?.Bytes);
                Interlocked.Increment(ref done);
            }
        })).ToArray();

        var samples = new List<ProcessSample>();
        for (var turn = 0; turn < 20; turn++)
        {
            await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(seconds / 20.0)), Task.WhenAny(writers));
            samples.Add(ProcessSample.Take(connections, Interlocked.Read(ref done)));
            output.WriteLine(samples[^1].ToString());
        }
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        // The first quarter fills pools and caches.
        var (early, late) = (samples[5..10], samples[15..]);
        Assert.True(late[^1].Done > early[^1].Done, "The writers stood still.");
        Assert.All(samples, sample => Assert.InRange(sample.Connections, 0, session.MaxConnections));
        Assert.True(late.Max(sample => sample.Handles) <= early.Max(sample => sample.Handles) + Writers / 4,
            $"Handles grew from {early.Max(sample => sample.Handles)} to {late.Max(sample => sample.Handles)}.");
        Assert.True(late.Min(sample => sample.Heap) <= early.Max(sample => sample.Heap) + 4 * 1024 * 1024,
            $"Memory grew from {early.Max(sample => sample.Heap):N0} to {late.Min(sample => sample.Heap):N0} bytes.");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7)]
    public async Task A_burst_of_a_thousand_calls_opens_no_more_connections_than_the_session_may(int? maximum)
    {
        await using var agent = await StartAsync();
        using var session = Session(agent, maximum);
        var (results, most) = await BurstAsync(session, agent, () => Task.CompletedTask);

        Assert.All(results, result => Assert.Equal(ConsulKvOutcome.Written, result.Outcome));
        Assert.InRange(most, Math.Min(4, session.MaxConnections), session.MaxConnections);
    }

    [Fact]
    public async Task While_the_agent_stands_still_a_thousand_calls_wait_within_the_maximum_and_are_written_when_it_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Freezing a process is done by signals.");
        await using var agent = await StartAsync();
        // Attempts are given up and made again while nothing answers: a client that forgot what it had open would pile up connections.
        using var session = Session(agent, null, new ConsulRetryPolicy { AttemptTimeout = TimeSpan.FromSeconds(1), TotalTimeout = TimeSpan.FromSeconds(60), MaxAttempts = 100, CircuitBreakerFailures = 0 });
        agent.Freeze();
        var (results, most) = await BurstAsync(session, agent, async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(3));
            agent.Thaw();
        });

        Assert.All(results, result => Assert.Equal(ConsulKvOutcome.Written, result.Outcome));
        Assert.Contains(results, result => result.Attempts.Count > 1);
        // An attempt that is given up leaves its place to the next a moment before its own descriptor is closed.
        Assert.InRange(most, 1, session.MaxConnections + 4);
    }

    [Fact]
    public void The_default_maximum_leaves_room_for_other_clients_of_the_same_machine() =>
        Assert.InRange(new ConsulSessionOptions().MaxConnections, 16, ConsulsLimit / 2);

    private static Task<ConsulAgent> StartAsync() => ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, LogLevel = "warn" });

    private async Task<(ConsulKvWriteResult[] Results, int Most)> BurstAsync(ConsulKvSession session, ConsulAgent agent, Func<Task> meanwhile)
    {
        var connections = new AgentConnections(agent);
        using var stop = new CancellationTokenSource();
        var watching = connections.WatchAsync(stop.Token);
        var writer = new KvWriter(session);
        var calls = Enumerable.Range(0, 1000)
            .Select(call => Task.Run(() => writer.WriteAsync(new ConsulKvWrite { Key = $"burst/{call}", Value = [(byte)call] }, CancellationToken.None))).ToArray();
        await meanwhile();
        var results = await Task.WhenAll(calls);
        await stop.CancelAsync();
        await watching;
        output.WriteLine($"{connections.Most} connections at most, {session.MaxConnections} allowed; {results.Max(result => result.Attempts.Count)} attempts at most");
        return (results, connections.Most);
    }

    private static ConsulKvSession Session(ConsulAgent agent, int? maximum, ConsulRetryPolicy? policy = null)
    {
        var options = new ConsulSessionOptions { Address = agent.AddressText, RetryPolicy = policy };
        return ConsulKvSession.Create(maximum is { } most ? options with { MaxConnections = most } : options, ConsulEnvironment.Empty);
    }
}
