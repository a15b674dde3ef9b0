using ConsulKvTools.Resilience;

namespace ConsulKvTools.Tests.Retries;

/// <summary>The engine: pauses, counting, and a circuit that is shared.</summary>
public sealed class RetryExecutorTests
{
    private static readonly Verdict Good = default;
    private static readonly Verdict Again = new(TryAgain: true, IsOutage: false, Pause: null);
    private static readonly Verdict Outage = new(TryAgain: false, IsOutage: true, Pause: null);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_jitter_each_pause_is_twice_the_one_before_up_to_the_longest()
    {
        var time = new SkippingTime();

        await EndlessAsync(Executor(time, attempts: 8, jitter: false));

        Assert.Equal([200, 400, 800, 1600, 3000, 3000, 3000], time.Pauses.Select(pause => (int)pause.TotalMilliseconds));
    }

    [Fact]
    public async Task With_jitter_the_pauses_are_spread_and_keep_to_the_bounds()
    {
        var random = new Random(20261122);
        var byNumber = Enumerable.Range(0, 7).Select(_ => new List<double>()).ToArray();
        for (var run = 0; run < 2_000; run++)
        {
            var time = new SkippingTime();
            await EndlessAsync(Executor(time, attempts: 8, jitter: true, random.NextDouble));
            Assert.Equal(7, time.Pauses.Count);
            for (var number = 0; number < 7; number++) byNumber[number].Add(time.Pauses[number].TotalMilliseconds);
        }

        Assert.All(byNumber.SelectMany(pauses => pauses), pause => Assert.InRange(pause, 0, 3000));
        // Eight equal parts of the first pause's range: clients that failed together do not come back together.
        var first = byNumber[0];
        var parts = first.GroupBy(pause => (int)(pause * 8 / (first.Max() + 1))).Select(part => part.Count()).ToArray();
        Assert.Equal(8, parts.Length);
        Assert.All(parts, count => Assert.InRange(count, 15, 800));
        // And still they grow: the middle of each lies above that of the one before, until the longest pause is reached.
        var middles = byNumber.Select(pauses => pauses.Order().ElementAt(pauses.Count / 2)).ToArray();
        Assert.True(middles[0] is > 50 and < 400, $"the first pause is about {middles[0]} ms");
        for (var number = 1; number < 5; number++) Assert.True(middles[number] > middles[number - 1] * 1.1, string.Join(", ", middles));
    }

    [Fact]
    public async Task A_pause_that_is_asked_for_is_kept_and_none_at_all_is_none()
    {
        var time = new SkippingTime();
        var executor = Executor(time, attempts: 5, jitter: true);
        TimeSpan?[] asked = [TimeSpan.FromSeconds(17), TimeSpan.Zero, TimeSpan.FromMilliseconds(3)];

        var run = await executor.RunAsync((number, _) => Task.FromResult((object)number),
            number => (int)number > asked.Length ? Good : new Verdict(true, false, asked[(int)number - 1]), null, Stop);

        Assert.Equal(4, run.Last);
        Assert.Equal([TimeSpan.FromSeconds(17), TimeSpan.FromMilliseconds(3)], time.Pauses);
    }

    [Fact]
    public async Task A_pause_that_is_not_allowed_ends_the_run_at_once_with_the_last_result()
    {
        var time = new SkippingTime();
        var heard = new List<(object, TimeSpan)>();

        var run = await Executor(time, attempts: 8, jitter: false).RunAsync((number, _) => Task.FromResult((object)number), _ => Again, (result, pause) =>
        {
            heard.Add((result, pause));
            return heard.Count < 3;
        }, Stop);

        Assert.Equal((3, RetryEnd.PauseRefused), (run.Last, run.End));
        Assert.Equal([200, 400], time.Pauses.Select(pause => (int)pause.TotalMilliseconds));
        Assert.Equal([(1, 200), (2, 400), (3, 800)], heard.Select(one => ((int)one.Item1, (int)one.Item2.TotalMilliseconds)));
    }

    [Fact]
    public async Task Free_attempts_use_up_nothing()
    {
        var time = new SkippingTime();

        var run = await Executor(time, attempts: 3, jitter: false).RunAsync((number, _) => Task.FromResult((object)number),
            number => new Verdict(true, false, null, IsFree: (int)number <= 20), null, Stop);

        Assert.Equal((23, RetryEnd.AttemptsUsedUp), (run.Last, run.End));
    }

    [Fact]
    public async Task One_attempt_is_one_whatever_is_free()
    {
        var run = await Executor(new SkippingTime(), attempts: 1, jitter: false).RunAsync((number, _) => Task.FromResult((object)number),
            _ => new Verdict(true, false, TimeSpan.Zero, IsFree: true), null, Stop);

        Assert.Equal((1, RetryEnd.AttemptsUsedUp), (run.Last, run.End));
    }

    [Fact]
    public async Task The_circuit_opens_at_the_outages_in_a_row_however_many_successes_were_before()
    {
        var executor = Circuit(new SkippingTime(), failures: 5);
        for (var success = 0; success < 1_000; success++) await OnceAsync(executor, Good);

        for (var outage = 0; outage < 5; outage++) await OnceAsync(executor, Outage);

        await Assert.ThrowsAsync<CircuitOpenException>(() => OnceAsync(executor, Good));
    }

    [Fact]
    public async Task One_success_in_between_begins_a_new_row()
    {
        var executor = Circuit(new SkippingTime(), failures: 5);
        for (var round = 0; round < 20; round++)
        {
            for (var outage = 0; outage < 4; outage++) await OnceAsync(executor, Outage);
            await OnceAsync(executor, Good);
        }
    }

    [Fact]
    public async Task Outages_far_apart_are_no_row()
    {
        var time = new SkippingTime();
        var executor = Circuit(time, failures: 3);
        for (var outage = 0; outage < 10; outage++)
        {
            await OnceAsync(executor, Outage);
            time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task After_the_break_one_request_is_let_through_and_the_others_are_told_at_once()
    {
        var time = new SkippingTime();
        var executor = await OpenedAsync(time);
        time.Advance(TimeSpan.FromSeconds(5.1));
        var answer = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);

        var probe = executor.RunAsync((_, _) => answer.Task, _ => Good, null, Stop);
        var others = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            try
            {
                await OnceAsync(executor, Good);
                return "let through";
            }
            catch (CircuitOpenException)
            {
                return "told";
            }
        }));
        answer.SetResult(new object());
        await probe;

        Assert.All(others, other => Assert.Equal("told", other));
        await OnceAsync(executor, Good);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_probe_that_fails_or_is_given_up_leaves_the_circuit_open(bool givenUp)
    {
        var time = new SkippingTime();
        var executor = await OpenedAsync(time);
        time.Advance(TimeSpan.FromMinutes(5));

        if (givenUp) await Assert.ThrowsAsync<TaskCanceledException>(() => executor.RunAsync<object>((_, _) => throw new TaskCanceledException(), _ => Good, null, Stop));
        else await OnceAsync(executor, Outage);

        var open = await Assert.ThrowsAsync<CircuitOpenException>(() => OnceAsync(executor, Good));
        Assert.InRange(open.RetryAfter!.Value.TotalSeconds, 4.9, 5);
    }

    [Fact]
    public async Task Who_had_begun_when_others_opened_the_circuit_waits_for_it()
    {
        var time = new SkippingTime();
        var executor = new RetryExecutor(new RetrySettings
        {
            MaxAttempts = 3, BaseDelay = TimeSpan.FromMilliseconds(200), MaxDelay = TimeSpan.FromSeconds(3), BreakAfterFailures = 2, BreakDuration = TimeSpan.FromSeconds(5), Time = time,
        });
        var before = time.GetTimestamp();

        var run = await executor.RunAsync(async (number, _) =>
        {
            if (number > 1) return (object)number;
            // Meanwhile others find nobody there.
            await OnceAsync(executor, Outage with { TryAgain = false });
            await OnceAsync(executor, Outage with { TryAgain = false });
            return number;
        }, number => (int)number == 1 ? Again : Good, null, Stop);

        Assert.Equal((2, RetryEnd.Final), (run.Last, run.End));
        Assert.True(time.GetElapsedTime(before) >= TimeSpan.FromSeconds(5));
    }

    private static async Task<RetryExecutor> OpenedAsync(SkippingTime time)
    {
        var executor = Circuit(time, failures: 2);
        for (var outage = 0; outage < 2; outage++) await OnceAsync(executor, Outage);
        await Assert.ThrowsAsync<CircuitOpenException>(() => OnceAsync(executor, Good));
        return executor;
    }

    private static Task OnceAsync(RetryExecutor executor, Verdict verdict) => executor.RunAsync((_, _) => Task.FromResult(new object()), _ => verdict, null, Stop);

    private static Task EndlessAsync(RetryExecutor executor) => OnceAsync(executor, Again);

    private static RetryExecutor Circuit(TimeProvider time, int failures) =>
        new(new RetrySettings { Time = time, MaxAttempts = 1, BreakAfterFailures = failures, BreakDuration = TimeSpan.FromSeconds(5) });

    private static RetryExecutor Executor(TimeProvider time, int attempts, bool jitter, Func<double>? random = null) => new(new RetrySettings
    {
        Time = time, MaxAttempts = attempts, BaseDelay = TimeSpan.FromMilliseconds(200), MaxDelay = TimeSpan.FromSeconds(3), Growth = DelayGrowth.Exponential,
        UseJitter = jitter, Random = random,
    });
}
