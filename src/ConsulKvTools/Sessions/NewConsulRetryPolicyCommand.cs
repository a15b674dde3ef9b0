using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Makes a retry policy for New-ConsulKvSession. What is not given keeps its default.</summary>
[Cmdlet(VerbsCommon.New, "ConsulRetryPolicy", HelpUri = HelpPages.Folder + "New-ConsulRetryPolicy.md")]
[OutputType(typeof(ConsulRetryPolicy))]
public sealed class NewConsulRetryPolicyCommand : PSCmdlet
{
    /// <summary>Attempts in all; 1 never tries again.</summary>
    [Parameter(Position = 0)]
    [WholeNumber("a number of attempts: give a whole number from 1 to 100")]
    [ValidateRange(1, 100)]
    public int MaxAttempts { get; set; } = ConsulRetryPolicy.Default.MaxAttempts;

    /// <summary>The first pause.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan BaseDelay { get; set; } = ConsulRetryPolicy.Default.BaseDelay;

    /// <summary>The longest pause.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan MaxDelay { get; set; } = ConsulRetryPolicy.Default.MaxDelay;

    /// <summary>How the pause grows.</summary>
    [Parameter]
    public BackoffType Backoff { get; set; } = ConsulRetryPolicy.Default.Backoff;

    /// <summary>Leaves the pauses as they are computed. Many clients then come back at the same moment.</summary>
    [Parameter]
    public SwitchParameter NoJitter { get; set; }

    /// <summary>Time for one attempt.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan AttemptTimeout { get; set; } = ConsulRetryPolicy.Default.AttemptTimeout;

    /// <summary>Time for all attempts and pauses together.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan TotalTimeout { get; set; } = ConsulRetryPolicy.Default.TotalTimeout;

    /// <summary>How long attempts that meet no leader do not count: an election takes some seconds.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan ElectionPatience { get; set; } = ConsulRetryPolicy.Default.ElectionPatience;

    /// <summary>How long a token that Consul does not know yet is tried again.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan TokenGrace { get; set; } = ConsulRetryPolicy.Default.TokenGrace;

    /// <summary>Failures to reach the agent in a row after which no attempt is made for a while; 0 never breaks.</summary>
    [Parameter]
    [WholeNumber("a number of failures: give 0 (never break), or a whole number from 2 on")]
    public int CircuitBreakerFailures { get; set; } = ConsulRetryPolicy.Default.CircuitBreakerFailures;

    /// <summary>How long that while is.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan CircuitBreakDuration { get; set; } = ConsulRetryPolicy.Default.CircuitBreakDuration;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var policy = new ConsulRetryPolicy
        {
            MaxAttempts = MaxAttempts,
            BaseDelay = BaseDelay,
            // A longer first pause alone must not be an error: it carries the longest one along.
            MaxDelay = MyInvocation.BoundParameters.ContainsKey(nameof(MaxDelay)) || MaxDelay > BaseDelay ? MaxDelay : BaseDelay,
            Backoff = Backoff,
            UseJitter = !NoJitter,
            AttemptTimeout = AttemptTimeout,
            TotalTimeout = TotalTimeout,
            ElectionPatience = ElectionPatience,
            TokenGrace = TokenGrace,
            CircuitBreakerFailures = CircuitBreakerFailures,
            CircuitBreakDuration = CircuitBreakDuration,
        };
        if (policy.Problem() is { } problem) ThrowTerminatingError(FindingErrors.Invalid(this, "-RetryPolicy", problem.TrimEnd('.'), policy));
        WriteObject(policy);
    }
}
