using Polly;
using Polly.Simmy;
using Polly.Simmy.Behavior;
using Polly.Simmy.Fault;
using Polly.Simmy.Latency;
using Polly.Simmy.Outcomes;

namespace ConsulKvTools.Resilience;

/// <summary>Lets trouble come over requests by Polly's chaos strategies, repeatably where the requests come in the same order.</summary>
public sealed class ChaosPipeline
{
    private static readonly ResiliencePropertyKey<Call> Current = new("call");

    private readonly ResiliencePipeline<object> pipeline;

    /// <summary>A pipeline of rules: the first is asked first, and once one struck no other is.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="isMeant">Which requests they are for.</param>
    /// <param name="struck">Hears of each request and the name of the rule that strikes it, before it does.</param>
    /// <param name="random">Numbers from 0 up to 1; called by several threads at once.</param>
    /// <param name="time">The clock.</param>
    public ChaosPipeline(IEnumerable<ChaosRule> rules, Func<object, bool> isMeant, Action<object, string> struck, Func<double> random, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder<object> { TimeProvider = time };
        foreach (var rule in rules)
        {
            ValueTask<bool> Enabled(ResilienceContext context) => new(Of(context) is { Struck: false } call && isMeant(call.Request));
            // Told before anything is done: what waits may be given up, and Polly's own events come after the wait.
            Call Strike(ResilienceContext context)
            {
                var call = Of(context);
                call.Struck = true;
                struck(call.Request, rule.Name);
                return call;
            }

            if (rule.Latency is { } latency)
                builder.AddChaosLatency(new ChaosLatencyStrategyOptions
                {
                    InjectionRate = rule.Rate, Randomizer = random, EnabledGenerator = arguments => Enabled(arguments.Context),
                    LatencyGenerator = arguments =>
                    {
                        Strike(arguments.Context);
                        return new ValueTask<TimeSpan>(latency);
                    },
                });
            else if (rule.Fault is { } fault)
                builder.AddChaosFault(new ChaosFaultStrategyOptions
                {
                    InjectionRate = rule.Rate, Randomizer = random, EnabledGenerator = arguments => Enabled(arguments.Context),
                    FaultGenerator = arguments => fault(Strike(arguments.Context).Request, arguments.Context.CancellationToken),
                });
            else if (rule.Outcome is { } outcome)
                builder.AddChaosOutcome(new ChaosOutcomeStrategyOptions<object>
                {
                    InjectionRate = rule.Rate, Randomizer = random, EnabledGenerator = arguments => Enabled(arguments.Context),
                    OutcomeGenerator = arguments => new ValueTask<Outcome<object>?>(Outcome.FromResult(outcome(Strike(arguments.Context).Request))),
                });
            else if (rule.AnswerTurned is { } turn)
                // Polly's strategies act before the request or in its place: what becomes of the answer is noted here and done below.
                builder.AddChaosBehavior(new ChaosBehaviorStrategyOptions
                {
                    InjectionRate = rule.Rate, Randomizer = random, EnabledGenerator = arguments => Enabled(arguments.Context),
                    BehaviorGenerator = arguments =>
                    {
                        Strike(arguments.Context).Turn = turn;
                        return default;
                    },
                });
        }
        pipeline = builder.Build();
    }

    /// <summary>Sends a request through the trouble.</summary>
    /// <param name="request">What the rules are told of it.</param>
    /// <param name="send">Sends it.</param>
    /// <param name="cancellation">Given on.</param>
    public async Task<T> SendAsync<T>(object request, Func<CancellationToken, Task<T>> send, CancellationToken cancellation)
        where T : class
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellation);
        try
        {
            var call = new Call(request);
            context.Properties.Set(Current, call);
            return (T)await pipeline.ExecuteAsync(
                async running =>
                {
                    object answer = await send(running.CancellationToken).ConfigureAwait(false);
                    return call.Turn is { } turn ? await turn(request, answer, running.CancellationToken).ConfigureAwait(false) : answer;
                }, context).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static Call Of(ResilienceContext context) => context.Properties.GetValue(Current, null!);

    /// <summary>One request on its way.</summary>
    private sealed class Call(object request)
    {
        public object Request { get; } = request;

        public bool Struck { get; set; }

        public Func<object, object, CancellationToken, Task<object>>? Turn { get; set; }
    }
}
