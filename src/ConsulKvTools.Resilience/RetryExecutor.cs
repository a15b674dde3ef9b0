using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace ConsulKvTools.Resilience;

/// <summary>Runs attempts until one is good, the policy is used up, or the circuit opens. Results, not exceptions, steer it.</summary>
public sealed class RetryExecutor
{
    // Polly keeps a window of its own: it must hold the outages that are counted here.
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds(10);

    // While another's request tries whether the circuit can be closed again.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);

    private static readonly ResiliencePropertyKey<Run> Current = new("run");

    private readonly ResiliencePipeline<object> pipeline;
    private readonly int maxAttempts;

    /// <summary>An executor that obeys <paramref name="settings"/>.</summary>
    public RetryExecutor(RetrySettings settings)
    {
        maxAttempts = settings.MaxAttempts;
        var builder = new ResiliencePipelineBuilder<object> { TimeProvider = settings.Time };
        if (maxAttempts > 1) builder.AddRetry(Retry(settings));
        if (settings.BreakAfterFailures > 0) builder.AddCircuitBreaker(Breaker(settings));
        pipeline = builder.Build();
    }

    /// <summary>Runs <paramref name="attempt"/> until <paramref name="judge"/> wants no further one.</summary>
    /// <param name="attempt">One attempt; it is given its number from 1.</param>
    /// <param name="judge">Asked once about each result.</param>
    /// <param name="mayPause">Hears of each result that would be tried again and of the pause before that; false ends the run at once.
    /// Null allows every pause.</param>
    /// <param name="cancellation">Ends a pause; handed to the attempts.</param>
    /// <exception cref="CircuitOpenException">The first attempt was due while the circuit is open. A run that had begun waits for it.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> fired in a pause, or an attempt threw it.</exception>
    public async Task<RetryResult<T>> RunAsync<T>(
        Func<int, CancellationToken, Task<T>> attempt, Func<T, Verdict> judge, Func<T, TimeSpan, bool>? mayPause, CancellationToken cancellation)
        where T : class
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellation);
        var run = new Run(maxAttempts, mayPause is null ? null : (result, pause) => mayPause((T)result, pause));
        try
        {
            context.Properties.Set(Current, run);
            var number = 0;
            var last = await pipeline.ExecuteAsync(
                async running =>
                {
                    var result = await attempt(++number, running.CancellationToken).ConfigureAwait(false);
                    run.Take(result, judge(result));
                    return result;
                }, context).ConfigureAwait(false);
            return new RetryResult<T>((T)last, run.Verdict.TryAgain ? RetryEnd.AttemptsUsedUp : RetryEnd.Final);
        }
        catch (PauseRefusedException)
        {
            return new RetryResult<T>((T)run.Result!, RetryEnd.PauseRefused);
        }
        catch (BrokenCircuitException open)
        {
            throw new CircuitOpenException(open.RetryAfter, open);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static RetryStrategyOptions<object> Retry(RetrySettings settings)
    {
        var options = new RetryStrategyOptions<object>
        {
            // The run counts for itself: some attempts are free.
            MaxRetryAttempts = int.MaxValue,
            Delay = settings.BaseDelay,
            MaxDelay = settings.MaxDelay,
            UseJitter = settings.UseJitter,
            BackoffType = settings.Growth switch
            {
                DelayGrowth.Constant => DelayBackoffType.Constant,
                DelayGrowth.Linear => DelayBackoffType.Linear,
                _ => DelayBackoffType.Exponential,
            },
            // Who had begun when others' failures opened the circuit waits for it; who comes while it is open is told at once.
            ShouldHandle = arguments => new ValueTask<bool>(
                arguments.Outcome.Exception is BrokenCircuitException ? Of(arguments.Context).Result is not null
                : arguments.Outcome.Result is not null && Of(arguments.Context).WantsAnother),
            DelayGenerator = arguments => new ValueTask<TimeSpan?>(
                arguments.Outcome.Exception is BrokenCircuitException open ? open.RetryAfter > ShortestWait ? open.RetryAfter : ShortestWait
                : Of(arguments.Context).Verdict.Pause),
            OnRetry = arguments =>
            {
                var run = Of(arguments.Context);
                if (run.MayPause is { } may && !may(run.Result!, arguments.RetryDelay)) throw new PauseRefusedException();
                return default;
            },
        };
        if (settings.Random is not null) options.Randomizer = settings.Random;
        return options;
    }

    private static CircuitBreakerStrategyOptions<object> Breaker(RetrySettings settings)
    {
        var window = settings.BreakDuration < ShortestWindow ? ShortestWindow : settings.BreakDuration;
        var outages = new OutageCounter(settings.Time, window);
        var state = new CircuitBreakerStateProvider();
        return new CircuitBreakerStrategyOptions<object>
        {
            // Which outage opens the circuit is counted here: the first that Polly hears of is the one.
            FailureRatio = 0,
            MinimumThroughput = 2,
            SamplingDuration = window,
            BreakDuration = settings.BreakDuration,
            StateProvider = state,
            ShouldHandle = arguments =>
            {
                // The one request that was let through has to succeed. One that was given up proves nothing.
                var probing = state.CircuitState == CircuitState.HalfOpen;
                if (arguments.Outcome.Result is null) return new ValueTask<bool>(probing && arguments.Outcome.Exception is OperationCanceledException);
                var isOutage = Of(arguments.Context).Verdict.IsOutage;
                var inRow = outages.Note(isOutage);
                return new ValueTask<bool>(isOutage && (probing || inRow >= settings.BreakAfterFailures));
            },
        };
    }

    private static Run Of(ResilienceContext context) => context.Properties.GetValue(Current, null!);

    /// <summary>What is known of one run.</summary>
    private sealed class Run(int maxAttempts, Func<object, TimeSpan, bool>? mayPause)
    {
        private int used;

        public Func<object, TimeSpan, bool>? MayPause { get; } = mayPause;

        public object? Result { get; private set; }

        public Verdict Verdict { get; private set; }

        public bool WantsAnother => Verdict.TryAgain && used < maxAttempts;

        public void Take(object result, Verdict verdict)
        {
            Result = result;
            Verdict = verdict;
            if (!verdict.IsFree) used++;
        }
    }

    /// <summary>Leaves Polly's loop before a pause that is not allowed: the loop has no other way out there.</summary>
    private sealed class PauseRefusedException : Exception;
}
