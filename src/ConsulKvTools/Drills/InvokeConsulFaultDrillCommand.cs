using System.Management.Automation;
using ConsulKvTools.Drills;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Commands;

/// <summary>
/// Runs a script block while requests, or a cluster that is started for it, are broken on purpose, and says what it survived: how its operations ended, how long the
/// pauses were, and whether everything that was said to be written is there.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "ConsulFaultDrill", DefaultParameterSetName = SessionSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, HelpUri = HelpPages.Folder + "Invoke-ConsulFaultDrill.md")]
[OutputType(typeof(ConsulFaultDrillReport))]
public sealed class InvokeConsulFaultDrillCommand : ConsulCmdlet
{
    private const string SessionSet = "Session";
    private const string ClusterSet = "Cluster";

    private static readonly ConsulFaultKind[] UsualOfRequests = [ConsulFaultKind.Latency, ConsulFaultKind.ConnectRefused, ConsulFaultKind.AnswerLost, ConsulFaultKind.NoLeader, ConsulFaultKind.RateLimited, ConsulFaultKind.Unavailable];
    private static readonly ConsulFaultKind[] UsualOfClusters = [ConsulFaultKind.LeaderKill, ConsulFaultKind.Freeze, ConsulFaultKind.Restart];

    // Its errors come as objects, so that they can be counted and kept; it runs in a scope of its own.
    // What ends the block is caught within it: thrown from Invoke it would take along what the block had said before. The loop takes the block's break and continue,
    // which would end the caller's loop or script otherwise, and the drill without its report.
    private readonly ScriptBlock wrapper = ScriptBlock.Create("param($block, $session) foreach ($round in 1) { try { & $block $session 2>&1 } catch { $_ } }");

    private Task<IDrillCluster>? starting;
    private FaultDrill? drill;
    private bool isOwned;

    /// <summary>
    /// One round of the work that is drilled, such as <c>{ Set-ConsulKv app/x (Get-Date) }</c>. Within it the drilled session is the default session, and it is
    /// given as the first argument and as <c>$session</c>. Its output is dropped, its errors are counted.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNull]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>
    /// The session whose requests are broken; it has to be made with <c>New-ConsulKvSession -AllowFaultDrill</c>. It is not changed itself: the script block gets a twin of
    /// it. Without it: the runspace's default session, which needs the mark too.
    /// </summary>
    [Parameter(ParameterSetName = SessionSet)]
    [ValidateNotNull]
    [ConsulSession]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public override ConsulKvSession? Session { get; set; }

    /// <summary>Starts a cluster of three servers and a client agent on this machine's loopback address, breaks that, and ends it. Nothing else is touched.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ClusterSet)]
    public SwitchParameter Cluster { get; set; }

    /// <summary>
    /// What is done. To requests: Latency, ConnectRefused, ConnectTimeout, AnswerLost, AnswerSilent, NoLeader, RateLimited, Unavailable, Denied, IndexBackwards. To a
    /// cluster: LeaderKill, Freeze, Partition, Restart.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public ConsulFaultKind[]? Fault { get; set; }

    /// <summary>The share of requests that meet a fault, from 0 to 1; the kinds have equal parts in it. A request meets one fault at most.</summary>
    [Parameter(ParameterSetName = SessionSet)]
    [ValidateRange(0.0, 1.0)]
    public double Rate { get; set; } = 0.2;

    /// <summary>How long a request is held back by the fault Latency.</summary>
    [Parameter(ParameterSetName = SessionSet)]
    [PSDefaultValue(Help = "500ms")]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether reads, writes or both meet faults; both without it.</summary>
    [Parameter(ParameterSetName = SessionSet)]
    [ValidateSet("Read", "Write")]
    public string[] Operation { get; set; } = ["Read", "Write"];

    /// <summary>Only requests about these keys meet faults, <c>*</c> being any text, slashes included, and <c>?</c> one character; all without it.</summary>
    [Parameter(ParameterSetName = SessionSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[]? Key { get; set; }

    /// <summary>From one fault of the cluster to the next: it is whole for the first half of this time, and broken for the second.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    [PSDefaultValue(Help = "5s")]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Runs the script block again and again for this long. Without it once, or with -Cluster for 60 s.</summary>
    [Parameter]
    [PSDefaultValue(Help = "One run; with -Cluster 60s")]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Duration { get; set; }

    /// <summary>The longest pause that counts as survived: time without an operation that ends well although one is under way.</summary>
    [Parameter]
    [PSDefaultValue(Help = "10s")]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan AcceptedPause { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Draws the same faults again, where the requests come in the same order: a whole number from 0 to 2147483647. Without it by chance; the report has it.</summary>
    [Parameter]
    [PSDefaultValue(Help = "By chance")]
    [WholeNumber("a seed: give a whole number from 0 to 2147483647, as a report has it")]
    [ValidateRange(0, int.MaxValue)]
    public int Seed { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        var given = MyInvocation.BoundParameters;
        if (given.ContainsKey(nameof(Duration))) RequirePositive(Duration, "-Duration");
        else if (Cluster) Duration = TimeSpan.FromSeconds(60);
        if (!given.ContainsKey(nameof(Seed))) Seed = new Random().Next();
        Fault ??= Cluster ? UsualOfClusters : UsualOfRequests;
        if (Array.Find(Fault, kind => DrillOptions.IsOfCluster(kind) != Cluster) is var stray && Array.Exists(Fault, kind => DrillOptions.IsOfCluster(kind) != Cluster))
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Fault", Cluster
                ? $"{stray} is done to requests; with -Cluster give LeaderKill, Freeze, Partition or Restart" : $"{stray} is done to a cluster; add -Cluster, which starts one for it", stray));
        if (Cluster && (Every < TimeSpan.FromSeconds(1) || Every > TimeSpan.FromHours(1)))
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Every", $"-Every is {Every}; give at least 1s and at most 1h", Every));
        // A cluster of its own has a session of its own.
        if (!Cluster) base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            Run();
        }
        catch (ConsulException refused)
        {
            ThrowTerminatingError(FindingErrors.Create(refused.Finding, Session, refused));
        }
        base.EndProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        drill?.Dispose();
        // Stopped while it was started: it ends as soon as it is there.
        if (!isOwned) starting?.ContinueWith(started => started.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    private void Run()
    {
        var options = new DrillOptions
        {
            Kinds = Fault!, Rate = Rate, Latency = Latency, Reads = Operation.Contains("Read", StringComparer.OrdinalIgnoreCase), Writes = Operation.Contains("Write", StringComparer.OrdinalIgnoreCase),
            IsKeyMeant = Key is null ? null : new KeyPatterns(Key).Match, Seed = Seed, Every = Every, AcceptedPause = AcceptedPause,
        };
        var what = Cluster ? $"Start a Consul cluster on this machine and break it every {Every.TotalSeconds:0.#} s ({string.Join(", ", Fault!)}) while the script block runs for {Duration.TotalSeconds:0.#} s"
            : $"Break {Rate:P0} of the requests of {Printable.Text(Active.ToString(), 200)} ({string.Join(", ", Fault!)}) while the script block runs";
        if (!Cluster && !Active.AllowsFaultDrill) Ask(cancellation => FaultDrill.OfSessionAsync(Active, options, cancellation));
        if (!Confirms(what, "?", "Fault drill", Cluster ? "a cluster of its own" : Active.Name)) return;
        if (Cluster)
        {
            starting = DrillClusters.StartAsync(Fault!, StopToken);
            WriteVerbose("A cluster of three servers and a client agent is started.");
            var cluster = Answer(starting);
            drill = Ask(cancellation => FaultDrill.OfClusterAsync(cluster, options, cancellation));
            isOwned = true;
        }
        else
        {
            drill = Ask(cancellation => FaultDrill.OfSessionAsync(Active, options, cancellation));
        }
        var progress = IsPreferred("ProgressAction", "ProgressPreference", ActionPreference.Continue) && Duration > TimeSpan.Zero
            ? new CommandProgress("Fault drill, seconds", new Kv.Progress.WorkMeter(TimeProvider.System, (long)Duration.TotalSeconds), ((Cmdlet)this).WriteProgress) : null;
        do
        {
            drill.RunEnded(RunOnce(drill.Session));
            progress?.Add((long)drill.Elapsed.TotalSeconds - progress.Meter.Done);
        }
        while (drill.Elapsed < Duration && !StopToken.IsCancellationRequested);
        progress?.Complete();
        WriteVerbose("The faults are over; what was written is read.");
        WriteObject(Ask(drill.EndAsync));
    }

    /// <summary>Runs the script block once; gives its errors, for people.</summary>
    private List<string> RunOnce(ConsulKvSession drilled)
    {
        var problems = new List<string>();
        var sessions = RunspaceSessions.Current;
        var before = sessions.Default;
        sessions.Default = drilled;
        try
        {
            foreach (var output in wrapper.Invoke(ScriptBlock, drilled))
                if (output?.BaseObject is ErrorRecord error) problems.Add(Told(error));
        }
        catch (RuntimeException thrown) when (thrown is not PipelineStoppedException)
        {
            problems.Add(Told(thrown.ErrorRecord));
        }
        catch (LoopFlowException)
        {
            // Break or continue with the label of a loop outside: it ended this run.
        }
        finally
        {
            sessions.Default = before;
        }
        return problems;
    }

    private static string Told(ErrorRecord error) => Printable.Text($"{error.FullyQualifiedErrorId.Split(',')[0]}: {error.ToString().Split('\n')[0].TrimEnd('\r')}", 400);
}
