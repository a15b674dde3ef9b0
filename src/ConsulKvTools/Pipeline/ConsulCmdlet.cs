using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>A cmdlet that talks to Consul.</summary>
public abstract class ConsulCmdlet : AsyncCmdlet
{
    private ConsulKvSession? active;

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
            source = active.Configuration.Any(setting => setting.Source.StartsWith("CONSUL_", StringComparison.Ordinal))
                ? "the CONSUL_* environment"
                : "Consul's default address: no -Session, no default session, no CONSUL_* variable";
        }
        WriteVerbose($"Session {Printable.Text(active.ToString())} from {source}; token: {active.TokenFingerprint ?? "none"}.");
        RequireUsable(active);
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

    private ErrorRecord Remember(ErrorRecord error)
    {
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
