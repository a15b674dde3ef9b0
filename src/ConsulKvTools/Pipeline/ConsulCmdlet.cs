using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>A cmdlet that talks to Consul.</summary>
public abstract partial class ConsulCmdlet : AsyncCmdlet
{
    private ConsulKvSession? active;
    private ConsulKvSession? observed;
    private CommandTrace? trace;
    private CommandProgress? progress;
    private long advanced;

    /// <summary>
    /// The session to use: what New-ConsulKvSession gave, its name, or an address to make one of. Without it: the runspace's default session, else the <c>CONSUL_*</c> environment,
    /// else <c>http://127.0.0.1:8500</c>.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    [ConsulSession]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public virtual ConsulKvSession? Session { get; set; }

    /// <summary>The session this call uses. Known from BeginProcessing on.</summary>
    protected ConsulKvSession Active => active!;

    /// <summary>The same session for what the command itself asks and writes: with -Verbose and -Debug each request is heard of.</summary>
    private protected ConsulKvSession Observed => observed!;

    /// <summary>True when the story of the call is to be told.</summary>
    private protected bool IsVerbose { get; private set; }

    private protected override bool HasBeat => trace is not null || progress is not null;

    private protected override void OnBeat()
    {
        TellTrace();
        progress?.Add(Interlocked.Exchange(ref advanced, 0));
    }

    /// <summary>True for commands that say what is wrong with a session instead of failing of it.</summary>
    protected virtual bool TakesUnusableSession => false;

    /// <summary>Writes an error, from any thread, with what the command was doing.</summary>
    protected new void WriteError(ErrorRecord errorRecord) => base.WriteError(Remember(errorRecord));

    /// <summary>Ends the command with an error that says what the command was doing.</summary>
    protected new void ThrowTerminatingError(ErrorRecord errorRecord) => base.ThrowTerminatingError(Remember(errorRecord));

    /// <summary>True for a command whose input from the pipeline are sessions: it calls <see cref="ChooseSession"/> for each.</summary>
    private protected virtual bool TakesPipedSessions => false;

    /// <summary>The session of a command that makes one itself, and where it comes from; null for all others.</summary>
    private protected virtual (ConsulKvSession Session, string Source)? SessionOfItsOwn() => null;

    /// <summary>What this command does to <paramref name="key"/>.</summary>
    private protected virtual AclOperation OperationOn(string key) => AclOperation.Read;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!TakesPipedSessions || !MyInvocation.ExpectingInput) ChooseSession();
    }

    /// <summary>Settles which session is used, and says so. Once; where sessions are piped, for each.</summary>
    private protected void ChooseSession()
    {
        var sessions = RunspaceSessions.Current;
        string source;
        if (SessionOfItsOwn() is { } own) (active, source) = own;
        else if (Session is not null) (active, source) = (Session, "-Session");
        else if (sessions.Default is { } preferred) (active, source) = (preferred, "the default session of this runspace");
        else
        {
            active = MakeOfEnvironment(sessions);
            var isOfEnvironment = active.Configuration.Any(setting => setting.Source.StartsWith("CONSUL_", StringComparison.Ordinal));
            source = isOfEnvironment ? "the CONSUL_* environment" : "Consul's default address: no -Session, no default session, no CONSUL_* variable";
            // Who has just made a session means it; a write to another agent, which may well be there, would look as if all were well.
            if (!isOfEnvironment && sessions.Made.LastOrDefault() is { } made)
                WriteWarning($"{active.Address} is used: the session '{Printable.Text(made.Name, 80)}' is there, but it is not the default. Give -Session '{Printable.Text(made.Name, 80)}', or make it with New-ConsulKvSession -Default.");
        }
        IsVerbose = IsPreferred("Verbose", "VerbosePreference");
        // Not even made where nobody sees it: one key is read in 200 µs, and much of that is what surrounds the request.
        if (IsVerbose) WriteVerbose($"Session {Printable.Text(active.ToString())} from {source}; token: {active.TokenFingerprint ?? "none"}.");
        RequireUsable(active);
        var isDebug = IsPreferred("Debug", "DebugPreference");
        trace = IsVerbose || isDebug ? new CommandTrace(IsVerbose, isDebug) : null;
        // The write log has the command's name in each line.
        observed = trace is null && active.LogPath is null ? active : active.UsedBy(MyInvocation.MyCommand.Name, trace);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        EndProgress();
        TellTrace();
        SettleLog();
    }

    /// <summary>After a command its lines are in the write log; that some are lost is said once.</summary>
    private protected void SettleLog()
    {
        if (active?.LogPath is null) return;
        active.FlushLog();
        if (active.Telemetry.TakeProblem() is { } problem) WriteWarning(FindingErrors.Warning(problem));
    }

    /// <summary>Says what the requests met so far. Call it from the pipeline thread only.</summary>
    private protected void TellTrace()
    {
        while (trace?.TryTake() is { } line)
            if (line.IsDebug) WriteDebugLine(line.Text);
            else ((Cmdlet)this).WriteVerbose(line.Text);
    }

    /// <summary>Begins a bar for the work of this command, where somebody wants to see one. The end of the command takes it away.</summary>
    private protected void StartProgress(string activity, long? total = null) =>
        progress = IsPreferred("ProgressAction", "ProgressPreference", ActionPreference.Continue) ? new CommandProgress(activity, new Kv.Progress.WorkMeter(Active.Time, total), ((Cmdlet)this).WriteProgress) : null;

    /// <summary>Takes note of work that is to be done besides.</summary>
    private protected void Expect(long count)
    {
        if (progress is not null) progress.Meter.Total = (progress.Meter.Total ?? 0) + count;
    }

    /// <summary>Takes note of work that was done. On the pipeline thread.</summary>
    private protected void Advance(long count) => progress?.Add(count);

    /// <summary>Takes note of work that was done, from any thread: the pipeline thread shows it with its next beat.</summary>
    private protected void AdvanceLater(long count) => Interlocked.Add(ref advanced, count);

    /// <summary>Takes the bar away before the command ends, for what is said after the work.</summary>
    private protected void EndProgress()
    {
        progress?.Complete();
        progress = null;
    }

    /// <summary>True when the command only says what it would do: by its parameter, else by the preference. Looked up each time.</summary>
    private protected bool PrefersWhatIf() =>
        LanguagePrimitives.IsTrue(MyInvocation.BoundParameters.TryGetValue("WhatIf", out var given) ? given : GetVariableValue("WhatIfPreference", false));

    /// <summary>True when a stream is shown: by its parameter, else by its preference.</summary>
    private protected bool IsPreferred(string parameter, string preference, ActionPreference usual = ActionPreference.SilentlyContinue)
    {
        var given = MyInvocation.BoundParameters.TryGetValue(parameter, out var bound) ? bound : GetVariableValue(preference, usual);
        if (given is SwitchParameter chosen) return chosen;
        return LanguagePrimitives.TryConvertTo(given, out ActionPreference preferred) && preferred is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);
    }

    /// <summary>Ends the command when <paramref name="session"/> cannot be used, unless the command is there to say so.</summary>
    protected void RequireUsable(ConsulKvSession session)
    {
        if (session.IsDisposed)
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Session", $"the session {Printable.Text(session.Name)} was removed; make a new one with New-ConsulKvSession", session));
        if (TakesUnusableSession) return;
        if (session.ConfigurationFindings.FirstOrDefault(finding => finding.Severity == FindingSeverity.Error) is { } fault)
            ThrowTerminatingError(FindingErrors.Create(fault, session));
    }

    /// <summary>Ends the command when a time-out leaves no time at all.</summary>
    protected void RequirePositive(TimeSpan time, string parameter)
    {
        if (time <= TimeSpan.Zero || time > TimeSpan.FromDays(1))
            ThrowTerminatingError(FindingErrors.Invalid(this, parameter, $"{parameter} is {time}; give more than zero and at most one day, such as 15s", time));
    }

    /// <summary>Ends the command when a time is outside of what is taken, which <paramref name="right"/> says.</summary>
    private protected void RequireWithin(TimeSpan time, string parameter, TimeSpan least, TimeSpan most, string right)
    {
        if (time < least || time > most) ThrowTerminatingError(FindingErrors.Invalid(this, parameter, $"{parameter} is {time}; give {right}", time));
    }

    /// <summary>Runs <paramref name="work"/> for one input: what Consul or the network does to it is an error of that input only.</summary>
    protected void AwaitFor(object? input, Func<CancellationToken, Task> work)
    {
        try
        {
            Await(work);
        }
        catch (ConsulException failed)
        {
            WriteError(FindingErrors.Create(failed.Finding, input, failed));
        }
    }

    /// <summary>What a command uses without -Session. Nothing is said of it.</summary>
    private protected ConsulKvSession Usual() => RunspaceSessions.Current.Default ?? MakeOfEnvironment(RunspaceSessions.Current);

    /// <summary>
    /// Why what came down the pipeline is not for this command, without a full stop: it is of another session than the one used, and nobody has said that this is meant. Null when it is.
    /// </summary>
    /// <param name="input">The object.</param>
    /// <param name="what">What it is used for here, such as <c>its key would be removed</c>.</param>
    private protected string? ProblemOfOrigin(PSObject? input, string what) =>
        Session is not null || InputOrigin.Of(input) is not { } origin || origin.IsOf(Active) ? null
            : $"the input is of the session {origin}, and without -Session {what} with {InputOrigin.Shown(Active)}; give -Session with the one that is meant";

    private ErrorRecord Remember(ErrorRecord error)
    {
        // Where no parameter is at fault that a remedy could name: the catalogue does not know which command it was.
        if (error.Exception is ConsulException { Finding: { Code: "Request.Invalid" } invalid } && error.ErrorDetails is { } details && details.RecommendedAction == invalid.Remedy)
            details.RecommendedAction = $"{invalid.Remedy} Run: Get-Help {MyInvocation.MyCommand.Name} -Full";
        if (error.Exception is ConsulException { Operation: null } failed && active is not null)
        {
            var key = error.TargetObject as string;
            failed.Operation = new FailedOperation(active, key, OperationOn(key ?? ""), null);
        }
        return error;
    }

    private ConsulKvSession MakeOfEnvironment(RunspaceSessions sessions)
    {
        try
        {
            return sessions.OfEnvironment(null);
        }
        catch (ConsulException invalid)
        {
            ThrowTerminatingError(FindingErrors.Create(invalid.Finding, null, invalid));
            throw;
        }
    }
}
