using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace ConsulKvTools.Resilience;

/// <summary>Runs attempts until one is good, the policy is used up, or the circuit opens. Results, not exceptions, steer it.</summary>
public sealed class RetryExecutor
{
    private static readonly ResiliencePropertyKey<Func<object, Verdict>> Judge = new("judge");
    private static readonly ResiliencePropertyKey<Action<object, TimeSpan>> BeforePause = new("before-pause");

    private readonly ResiliencePipeline<object> pipeline;

    /// <summary>An executor that obeys <paramref name="settings"/>.</summary>
    public RetryExecutor(RetrySettings settings)
    {
        var builder = new ResiliencePipelineBuilder<object> { TimeProvider = settings.Time };
        if (settings.MaxAttempts > 1) builder.AddRetry(Retry(settings));
        if (settings.BreakAfterFailures > 0) builder.AddCircuitBreaker(Breaker(settings));
        pipeline = builder.Build();
    }

    /// <summary>
    /// Runs <paramref name="attempt"/> (given its number from 1) until <paramref name="judge"/> wants no further one.
    /// <paramref name="beforePause"/> hears of each result that is tried again and of the pause before that.
    /// </summary>
    /// <returns>The last attempt's result, good or not.</returns>
    /// <exception cref="CircuitOpenException">An attempt was due while the circuit is open.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> fired in a pause, or an attempt threw it.</exception>
    public async Task<T> RunAsync<T>(
        Func<int, CancellationToken, Task<T>> attempt, Func<T, Verdict> judge, Action<T, TimeSpan>? beforePause, CancellationToken cancellation)
        where T : class
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellation);
        try
        {
            context.Properties.Set(Judge, result => judge((T)result));
            if (beforePause is not null) context.Properties.Set(BeforePause, (result, pause) => beforePause((T)result, pause));
            var number = 0;
            var last = await pipeline.ExecuteAsync(
                async running => await attempt(++number, running.CancellationToken).ConfigureAwait(false), context).ConfigureAwait(false);
            return (T)last;
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
            MaxRetryAttempts = settings.MaxAttempts - 1,
            Delay = settings.BaseDelay,
            MaxDelay = settings.MaxDelay,
            UseJitter = settings.UseJitter,
            BackoffType = settings.Growth switch
            {
                DelayGrowth.Constant => DelayBackoffType.Constant,
                DelayGrowth.Linear => DelayBackoffType.Linear,
                _ => DelayBackoffType.Exponential,
            },
            ShouldHandle = arguments => new ValueTask<bool>(
                arguments.Outcome.Result is { } result && Ask(arguments.Context, result).TryAgain),
            DelayGenerator = arguments => new ValueTask<TimeSpan?>(
                arguments.Outcome.Result is { } result ? Ask(arguments.Context, result).Pause : null),
            OnRetry = arguments =>
            {
                if (arguments.Outcome.Result is { } result && arguments.Context.Properties.TryGetValue(BeforePause, out var tell))
                    tell!(result, arguments.RetryDelay);
                return default;
            },
        };
        if (settings.Random is not null) options.Randomizer = settings.Random;
        return options;
    }

    private static CircuitBreakerStrategyOptions<object> Breaker(RetrySettings settings) => new()
    {
        FailureRatio = 1.0,
        MinimumThroughput = settings.BreakAfterFailures,
        SamplingDuration = settings.BreakDuration < TimeSpan.FromSeconds(10) ? TimeSpan.FromSeconds(10) : settings.BreakDuration,
        BreakDuration = settings.BreakDuration,
        ShouldHandle = arguments => new ValueTask<bool>(
            arguments.Outcome.Result is { } result && Ask(arguments.Context, result).IsOutage),
    };

    private static Verdict Ask(ResilienceContext context, object result) => context.Properties.GetValue(Judge, null!)(result);
}
