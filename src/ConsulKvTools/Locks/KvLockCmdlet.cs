using System.Management.Automation;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Locks;

namespace ConsulKvTools.Commands;

/// <summary>A cmdlet that takes a lock.</summary>
public abstract class KvLockCmdlet : ConsulCmdlet
{
    private protected const string KeySet = "Key";
    private protected const string PrefixSet = "Prefix";

    // Under the second within which Ctrl+C has to end.
    private protected static readonly TimeSpan LastWord = TimeSpan.FromMilliseconds(700);

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24);

    private volatile string? waitsFor;

    /// <summary>
    /// The key to lock: one of its own, not one that holds a value. <c>consul lock app/x</c> locks the key <c>app/x/.lock</c>.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Key { get; set; } = "";

    /// <summary>Locks as <c>consul lock PREFIX</c> does, which then keeps out and is kept out: the key <c>.lock</c> below the prefix, or with -Limit a semaphore there.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PrefixSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string Prefix { get; set; } = "";

    /// <summary>How many may hold it at once, 1 to 10000, as <c>consul lock -n</c>. All who use it have to give the same.</summary>
    [Parameter(ParameterSetName = PrefixSet)]
    [WholeNumber("a number of holders: give a whole number of 1 or more")]
    [ValidateRange(1, 10_000)]
    public int Limit { get; set; } = 1;

    /// <summary>
    /// The lock counts as lost when it was not renewed for this time, from 10 s to 24 h. It is renewed every half of it. Consul gives it to others only later.
    /// </summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Ttl { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>For how long nobody gets the lock after its holder was lost, from 0 to 60 s. It does not apply when the lock is given back.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan LockDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>What becomes of the key when its holder is lost: it stays, or is removed.</summary>
    [Parameter]
    public ConsulLockBehavior Behavior { get; set; }

    /// <summary>Checks of the agent's node that end the lock when they fail; an empty list for none. Without it Consul takes <c>serfHealth</c>.</summary>
    [Parameter]
    [PSDefaultValue(Help = "serfHealth")]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public string[]? NodeCheck { get; set; }

    /// <summary>Checks of services of the agent's node, by id, that end the lock when they fail.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] ServiceCheck { get; set; } = [];

    /// <summary>The longest wait for the lock, above 0, such as <c>30s</c>. Then an error says who holds it. Without it the wait has no end.</summary>
    [Parameter]
    [PSDefaultValue(Help = "None")]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Timeout { get; set; }

    /// <summary>Does not wait for a lock that another holds.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected string LockedKey => ParameterSetName == KeySet ? Key : Limit > 1 ? Prefix.Trim('/') : $"{Prefix.Trim('/')}/{KvLockRequest.LockName}";

    private protected override AclOperation OperationOn(string key) => AclOperation.Lock;

    private protected override bool HasBeat => true;

    private protected override void OnBeat()
    {
        base.OnBeat();
        if (waitsFor is { } reason && IsPreferred("ProgressAction", "ProgressPreference", ActionPreference.Continue))
            ((Cmdlet)this).WriteProgress(new ProgressRecord(8400, $"Waiting for the lock of {Printable.Text(LockedKey, 120)}", reason));
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequireWithin(Ttl, "-Ttl", TimeSpan.FromSeconds(10), TimeSpan.FromHours(24), "10s to 24h, such as 15s");
        RequireWithin(LockDelay, "-LockDelay", TimeSpan.Zero, TimeSpan.FromSeconds(60), "0s to 60s, such as 15s");
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Timeout))) return;
        if (NoWait) ThrowTerminatingError(FindingErrors.Invalid(this, "-Timeout", "-Timeout limits a wait and -NoWait forbids it, so they do not go together", Timeout));
        RequireWithin(Timeout, "-Timeout", TimeSpan.FromTicks(1), LongestWait, "more than zero and at most 24 days, such as 30s");
    }

    /// <summary>Takes the lock; null when it was not had, and then the error is written, or thrown where the command cannot go on without.</summary>
    private protected ConsulKvLock? Take(bool isVital)
    {
        var wanted = new KvLockRequest
        {
            Key = LockedKey, Limit = Limit, Ttl = Ttl, LockDelay = LockDelay, Behavior = Behavior, NodeChecks = NodeCheck, ServiceChecks = ServiceCheck,
            Own = RunspaceLocks.Current.Held,
            Patience = NoWait ? TimeSpan.Zero : MyInvocation.BoundParameters.ContainsKey(nameof(Timeout)) ? Timeout : null,
        };
        var taking = Begin(cancellation => KvLocking.AcquireAsync(Observed, wanted, reason => waitsFor = reason, cancellation));
        var isHandedOver = false;
        try
        {
            var taken = Answer(taking);
            RunspaceLocks.Current.Add(taken);
            TellWait();
            WriteVerbose($"{Printable.Text(LockedKey, 200)} is locked by lock session {taken.LockSession} after {taken.Waited.TotalSeconds:0.0} s; fencing value {taken.FencingValue}.");
            isHandedOver = true;
            return taken;
        }
        catch (ConsulException failed)
        {
            TellWait();
            var error = FindingErrors.Create(failed.Finding, LockedKey, failed);
            // Whoever waits for itself has not thought of it: going on without the lock would do more harm.
            if (isVital || failed.Finding.Code == "Lock.HeldHere") ThrowTerminatingError(error);
            WriteError(error);
            return null;
        }
        finally
        {
            // What is taken while the pipeline breaks off, or after that, belongs to nobody.
            if (!isHandedOver)
                taking.ContinueWith(late => late.Result.Abandon(LastWord), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Says what the requests met, and takes the bar away.</summary>
    private void TellWait()
    {
        TellTrace();
        if (waitsFor is not null && IsPreferred("ProgressAction", "ProgressPreference", ActionPreference.Continue))
            ((Cmdlet)this).WriteProgress(new ProgressRecord(8400, "Waiting", "Done") { RecordType = ProgressRecordType.Completed });
        waitsFor = null;
    }
}
