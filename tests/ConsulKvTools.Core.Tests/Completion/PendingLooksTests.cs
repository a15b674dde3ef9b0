using ConsulKvTools.Completion;
using ConsulKvTools.Tests.Retries;

namespace ConsulKvTools.Tests.Completion;

/// <summary>The prompt waits a moment; what comes later is kept a while for the next key pressed, and never more than a few questions.</summary>
public sealed class PendingLooksTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(30);

    private readonly SkippingTime time = new();
    private int asked;

    [Fact]
    public void Gives_an_answer_that_comes_in_time_and_asks_anew_the_next_time()
    {
        var looks = new PendingLooks(LongEnough, time);
        Assert.Equal("1", looks.Ask("q", _ => Task.FromResult($"{++asked}")));
        Assert.Equal("2", looks.Ask("q", _ => Task.FromResult($"{++asked}")));
    }

    [Fact]
    public async Task Keeps_a_late_answer_for_who_asks_the_same_again_and_asks_once()
    {
        var looks = new PendingLooks(Moment, time);
        var answer = new TaskCompletionSource<string>();
        Assert.Null(looks.Ask("q", _ => Count(answer.Task)));
        Assert.Null(looks.Ask("q", _ => Count(answer.Task)));
        answer.SetResult("late");
        Assert.Equal("late", await UntilAsync(() => looks.Ask("q", _ => Count(Task.FromResult("again")))));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Gives_no_answer_to_another_question()
    {
        var looks = new PendingLooks(Moment, time);
        var answer = new TaskCompletionSource<string>();
        Assert.Null(looks.Ask("q", _ => answer.Task));
        answer.SetResult("late");
        Assert.Equal("other", await UntilAsync(() => looks.Ask("p", _ => Task.FromResult("other"))));
    }

    [Fact]
    public async Task Forgets_an_answer_that_nobody_came_back_for()
    {
        var looks = new PendingLooks(Moment, time);
        var answer = new TaskCompletionSource<string>();
        Assert.Null(looks.Ask("q", _ => answer.Task));
        answer.SetResult("old");
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("new", await UntilAsync(() => looks.Ask("q", _ => Task.FromResult("new"))));
    }

    [Fact]
    public async Task Gives_nothing_for_a_failure_and_asks_again_then()
    {
        var looks = new PendingLooks(LongEnough, time);
        Assert.Null(looks.Ask<string>("q", _ => throw new InvalidOperationException()));
        Assert.Equal("well", await UntilAsync(() => looks.Ask("q", _ => Task.FromResult("well"))));
    }

    [Fact]
    public void Has_eight_questions_under_way_at_most()
    {
        var looks = new PendingLooks(TimeSpan.Zero, time);
        var never = new TaskCompletionSource<string>();
        using var begun = new CountdownEvent(8);
        foreach (var number in Enumerable.Range(0, 20))
            Assert.Null(looks.Ask($"q{number}", _ =>
            {
                begun.Signal();
                return Count(never.Task);
            }));
        Assert.True(begun.Wait(LongEnough));
        Assert.Equal(8, asked);
    }

    private Task<string> Count(Task<string> answer)
    {
        Interlocked.Increment(ref asked);
        return answer;
    }

    /// <summary>A busy machine may take longer than a moment even for an answer that is there.</summary>
    private static async Task<string?> UntilAsync(Func<string?> ask)
    {
        for (var turn = 0; turn < 600; turn++)
        {
            if (ask() is { } answer) return answer;
            await Task.Delay(50);
        }
        return null;
    }
}
