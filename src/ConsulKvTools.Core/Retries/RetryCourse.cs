using ConsulKvTools.Diagnosis;
using ConsulKvTools.Resilience;

namespace ConsulKvTools.Retries;

/// <summary>
/// One operation on its way through a session's retry policy: how much time is left, whether what an attempt met is tried again, and why.
/// </summary>
/// <param name="session">Whose policy and clock.</param>
/// <param name="began">Timestamp of the operation's beginning, by the session's clock.</param>
internal sealed class RetryCourse(ConsulKvSession session, long began)
{
    /// <summary>An attempt with less time than this would only turn what is known into what is not.</summary>
    private static readonly TimeSpan LeastAttempt = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestReserve = TimeSpan.FromMilliseconds(500);

    private readonly ConsulRetryPolicy policy = session.RetryPolicy;
    private long? leaderless;
    private TimeSpan? refusedPause;
    private bool pauseAskedFor;
    private Failure? last;
    private string ground = "";

    /// <summary>A course that begins now.</summary>
    public RetryCourse(ConsulKvSession session)
        : this(session, session.Time.GetTimestamp())
    {
    }

    /// <summary>Since the beginning.</summary>
    public TimeSpan Elapsed => session.Time.GetElapsedTime(began);

    /// <summary>What is left of the time for all attempts; zero when it is up.</summary>
    public TimeSpan Left => policy.TotalTimeout - Elapsed is { } left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Time for a question: never more than what is left.</summary>
    public TimeSpan QuestionTime => Shorter(policy.AttemptTimeout, Left);

    /// <summary>
    /// Time for an attempt. The last one there is time for leaves a tenth of it, 500 ms at most, to ask what became of it or why it was not
    /// answered.
    /// </summary>
    public TimeSpan AttemptTime
    {
        get
        {
            var left = Left;
            return Shorter(policy.AttemptTimeout, left - Shorter(LongestReserve, TimeSpan.FromTicks(left.Ticks / 10)));
        }
    }

    /// <summary>True while a token that Consul does not know may be too new for the agent.</summary>
    public bool IsTokenGrace => Elapsed < policy.TokenGrace;

    /// <summary>Whether an attempt that ended so is followed by another.</summary>
    /// <param name="failure">What it met; null when nothing failed and yet another is needed.</param>
    /// <param name="tryAgain">What the failure's own nature says.</param>
    public Verdict Judge(Failure? failure, bool tryAgain)
    {
        last = failure;
        refusedPause = null;
        if (failure is null)
        {
            ground = "the key changed between the question and the write";
            return new Verdict(tryAgain, IsOutage: false, Pause: null);
        }
        if (failure.Code == "Acl.TokenNotFound" && IsTokenGrace)
        {
            ground = $"the token may be too new for the agent (token grace {Time(policy.TokenGrace)})";
            return new Verdict(TryAgain: true, failure.IsOutage, failure.RetryAfter, IsFree: true);
        }
        var waitsForLeader = tryAgain && failure.AwaitsLeader && IsElectionPatience();
        pauseAskedFor = failure.Retry != RetryAdvice.Now && failure.RetryAfter > TimeSpan.Zero;
        TimeSpan? pause = failure.Retry == RetryAdvice.Now ? TimeSpan.Zero : pauseAskedFor ? failure.RetryAfter : null;
        ground = pauseAskedFor ? "the answer asked for that pause"
            : waitsForLeader ? $"no leader yet (election patience {Time(policy.ElectionPatience)})"
            : failure.Effect == WriteEffect.Ambiguous ? "it may have been applied, so that is asked first"
            : failure.Retry == RetryAdvice.Now ? "the same request can work at once"
            : "this can pass by itself";
        return new Verdict(tryAgain, failure.IsOutage, pause, waitsForLeader);
    }

    /// <summary>Whether there is time for a pause and an attempt after it.</summary>
    public bool MayPause(TimeSpan pause)
    {
        if (pause <= Left - Shorter(LeastAttempt, policy.AttemptTimeout)) return true;
        refusedPause = pause;
        return false;
    }

    /// <summary>Why the attempt that was judged last is tried again.</summary>
    public string Again(TimeSpan pause) => $"tried again {(pause > TimeSpan.Zero ? "after " + Time(pause) : "at once")}: {ground}";

    /// <summary>What the end of the attempts was, and why.</summary>
    public (AttemptSequel Sequel, string? Reason) Ended(RetryEnd end) => end switch
    {
        RetryEnd.AttemptsUsedUp => (AttemptSequel.AttemptsUsedUp,
            policy.MaxAttempts == 1 ? "not tried again: the policy allows one attempt" : $"not tried again: all {policy.MaxAttempts} attempts are used up"),
        RetryEnd.PauseRefused => (AttemptSequel.TimeUp,
            $"not tried again: {(pauseAskedFor ? "the answer asked for a pause of " : "a pause of ")}{Time(refusedPause ?? TimeSpan.Zero)}{(pauseAskedFor ? ", which" : "")} would end after the {Time(policy.TotalTimeout)} allowed in all"),
        _ => (AttemptSequel.NotCurable, $"not tried again: {last?.Code} is not cured by trying again"),
    };

    /// <summary>The time was up in the middle of an attempt.</summary>
    public (AttemptSequel Sequel, string? Reason) TimeUp => (AttemptSequel.TimeUp, $"not tried again: the {Time(policy.TotalTimeout)} allowed in all were up");

    /// <summary>The circuit breaker was open.</summary>
    public static (AttemptSequel Sequel, string? Reason) CircuitOpen(TimeSpan? retryAfter) => (AttemptSequel.CircuitOpen,
        "not tried again: the session's circuit breaker is open" + (retryAfter is { } pause && pause > TimeSpan.Zero ? $" for another {Time(pause)}" : ""));

    /// <summary>Why a write whose answer was lost goes on after an open circuit.</summary>
    public static string CircuitAwaited(TimeSpan waited) =>
        $"tried again after {Time(waited)}: the session's circuit breaker was open, and the write may have been applied, so that is asked first";

    private bool IsElectionPatience()
    {
        if (policy.ElectionPatience <= TimeSpan.Zero) return false;
        var now = session.Time.GetTimestamp();
        leaderless ??= now;
        return session.Time.GetElapsedTime(leaderless.Value, now) < policy.ElectionPatience;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static string Time(TimeSpan time) => time < TimeSpan.FromSeconds(1)
        ? FormattableString.Invariant($"{time.TotalMilliseconds:0} ms")
        : FormattableString.Invariant($"{time.TotalSeconds:0.##} s");
}
