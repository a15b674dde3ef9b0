using System.Collections.Concurrent;
using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Releases;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Releases;

/// <summary>Readers see one release or the other and never a mixture, and no switch is lost, while leaders die.</summary>
public sealed class ReleaseLoadTests
{
    private const int Keys = 20;
    private const int Switches = 200;

    private static readonly string[] Names = ["v1", "v2", "v3"];

    [Fact]
    public async Task Hundreds_of_switches_by_two_deployments_while_the_leader_is_killed_mix_nothing_and_lose_nothing()
    {
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Clients = 1 });
        var leader = await cluster.LeaderAsync();
        var followers = await cluster.FollowersAsync();
        using var through = LabSessions.Open(cluster.Clients[0].HttpAddress!.ToString(), policy: ConsulRetryPolicy.Default with { MaxAttempts = 20, TotalTimeout = TimeSpan.FromSeconds(60) });
        using var other = LabSessions.Open(followers[0].HttpAddress!.ToString(), policy: through.RetryPolicy);
        var layout = ReleaseLayout.Of("app");
        foreach (var name in Names)
            await new ReleasePublisher(new ReleaseStore(through, layout)).PublishAsync(name, [.. Enumerable.Range(0, Keys).Select(number => new ConsulKvWrite { Key = $"k{number}", Value = Encoding.UTF8.GetBytes(name) })], false, TestContext.Current.CancellationToken);
        await SwitchAsync(new ReleaseStore(through, layout), Names[0]);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var views = new ConcurrentBag<string>();
        var readers = new[] { through, other }.SelectMany(session => Enumerable.Range(0, 3).Select(number => number == 0
            ? ReadPlainlyAsync(session, layout, views, over.Token) : ReadAsync(new ReleaseStore(session, layout), views, over.Token))).ToArray();
        var results = new ConcurrentBag<ConsulKvReleaseSwitch>();

        var kill = new TaskCompletionSource();
        var switchers = new[] { through, other }.Select((session, who) => Task.Run(async () =>
        {
            var random = new Random(who);
            for (var number = 0; number < Switches / 2; number++)
            {
                if (who == 0 && number == Switches / 6) kill.SetResult();
                try
                {
                    // Now and then back, which must not be done twice when an answer is lost.
                    results.Add(await SwitchAsync(new ReleaseStore(session, layout), random.Next(4) == 0 ? null : Names[random.Next(Names.Length)]));
                }
                catch (ConsulReleaseException none) when (none.Finding.Code == "Release.NoPrevious")
                {
                    // Gone back as far as it goes.
                }
            }
        })).ToArray();
        await kill.Task;
        leader.Kill();
        await Task.WhenAll(switchers);
        await over.CancelAsync();
        await Task.WhenAll(readers);

        TestContext.Current.TestOutputHelper!.WriteLine($"{results.Count} switches: {string.Join(", ", results.GroupBy(one => one.Outcome).Select(group => $"{group.Count()} {group.Key}"))}; {views.Count} reads");
        Assert.All(results, one => Assert.True(one.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged || one is { Outcome: ConsulKvOutcome.Conflict, Code: "Release.Raced" }, $"{one} {one.Code} {one.Message}"));
        Assert.True(results.Count(one => one.Outcome == ConsulKvOutcome.Written) > 50);
        Assert.Contains(results, one => one.Outcome == ConsulKvOutcome.Conflict);
        // Each switch begins where the one before it ended: none was lost, none was made twice.
        var made = results.Where(one => one.Outcome == ConsulKvOutcome.Written).ToDictionary(one => one.Id!.Value);
        var history = (await new ReleaseStore(through, layout).StateAsync(ConsulConsistency.Consistent, TestContext.Current.CancellationToken)).History.Changes;
        Assert.All(history.Zip(history.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
        Assert.All(history.Skip(1), change => Assert.True(made.TryGetValue(change.Id, out var one) && one.To == change.To && one.From == change.From, $"{change} is in the history, and nobody was told that it was made"));
        Assert.Equal(Math.Min(made.Count, 99), history.Skip(1).Count(change => made.ContainsKey(change.Id)));
        Assert.Equal(history[^1].To, (await new ReleaseReader(new ReleaseStore(through, layout)).ReadAsync(ConsulConsistency.Consistent, TestContext.Current.CancellationToken)).Release);
        Assert.True(views.Count > 300, $"only {views.Count} reads");
        Assert.Equal([$"{Keys} of v1", $"{Keys} of v2", $"{Keys} of v3"], views.Distinct().Order());
    }

    [Fact]
    public async Task A_reader_whose_release_is_removed_under_it_reads_the_new_one_or_says_so()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.HttpAddress!.ToString());
        var store = new ReleaseStore(session, ReleaseLayout.Of("app"));
        foreach (var name in Names) await new ReleasePublisher(store).PublishAsync(name, [.. Enumerable.Range(0, Keys).Select(number => new ConsulKvWrite { Key = $"k{number}", Value = Encoding.UTF8.GetBytes(name) })], false, TestContext.Current.CancellationToken);
        await SwitchAsync(store, "v1");
        // Between the reader's pointer and the reader's tree the release is left, and removed without any grace.
        using var slow = ConsulKvSession.Create(new ConsulSessionOptions
        {
            Address = agent.HttpAddress!.ToString(),
            Handler = new BeforeTree(async () =>
            {
                await SwitchAsync(store, "v2");
                await SwitchAsync(store, "v3");
                var old = (await new ReleaseList(store).ReadAsync(false, null, CancellationToken.None)).Single(one => one.Release == "v1");
                Assert.Equal(ConsulKvOutcome.Written, (await new ReleaseRemover(store).RemoveAsync(old, TimeSpan.Zero, DateTimeOffset.UtcNow, CancellationToken.None)).Outcome);
            }),
        }, ConsulEnvironment.Empty);

        var (release, entries) = await new ReleaseReader(new ReleaseStore(slow, store.Layout)).ReadAsync(ConsulConsistency.Default, TestContext.Current.CancellationToken);

        Assert.Equal(("v3", Keys), (release, entries.Count));
        Assert.All(entries, entry => Assert.Equal("v3", entry.Value));
        // What is no longer whole is said, and no part of it given out.
        Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = store.Layout.Tree("v3") + "k3", Kind = ConsulKvWriteKind.Delete }, TestContext.Current.CancellationToken)).Outcome);
        var said = await Assert.ThrowsAsync<ConsulReleaseException>(() => new ReleaseReader(store).ReadAsync(ConsulConsistency.Default, TestContext.Current.CancellationToken));
        Assert.Equal("Release.Changed", said.Finding.Code);
    }

    /// <summary>As the product reads.</summary>
    private static async Task ReadAsync(ReleaseStore store, ConcurrentBag<string> views, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
            try
            {
                views.Add(Seen((await new ReleaseReader(store).ReadAsync(ConsulConsistency.Default, cancellation)).Entries));
            }
            catch (Exception broken) when (broken is OperationCanceledException or ConsulException and not ConsulReleaseException)
            {
                // No answer is no view.
            }
    }

    /// <summary>As a template reads: the pointer, then what it points to.</summary>
    private static async Task ReadPlainlyAsync(ConsulKvSession session, ReleaseLayout layout, ConcurrentBag<string> views, CancellationToken cancellation)
    {
        var reader = new KvReader(session);
        while (!cancellation.IsCancellationRequested)
            try
            {
                var pointer = (await reader.GetAsync(layout.Pointer, ConsulConsistency.Default, cancellation)).Entry!.Value;
                var entries = new List<ConsulKvEntry>();
                await foreach (var entry in reader.ListAsync(pointer, ConsulConsistency.Default, (_, _) => { }, cancellation)) entries.Add(entry);
                views.Add(Seen(entries));
            }
            catch (Exception broken) when (broken is OperationCanceledException or ConsulException)
            {
                // No answer is no view.
            }
    }

    private static string Seen(IReadOnlyList<ConsulKvEntry> entries) => $"{entries.Count} of {string.Join("+", entries.Select(entry => entry.Value).Distinct())}";

    private static async Task<ConsulKvReleaseSwitch> SwitchAsync(ReleaseStore store, string? name)
    {
        var switcher = new ReleaseSwitcher(store);
        return await switcher.RunAsync(await switcher.PlanAsync(name, CancellationToken.None), CancellationToken.None);
    }

    private sealed class BeforeTree(Func<Task> first) : DelegatingHandler(new SocketsHttpHandler())
    {
        private int done;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath.Contains("/releases/", StringComparison.Ordinal) && Interlocked.Exchange(ref done, 1) == 0) await first();
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
