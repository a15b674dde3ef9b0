using System.Management.Automation;
using ConsulKvTools.Hygiene;

namespace ConsulKvTools.Commands;

/// <summary>Tests whether a session is made with care: encryption, verification, what its token is and where it lies, time-outs, which agent is addressed.</summary>
/// <remarks>Nothing of it keeps a write from working; it is where leaks and outages begin. One result a rule; what could not be found out is skipped with the reason.</remarks>
[Cmdlet(VerbsDiagnostic.Test, "ConsulKvSession", HelpUri = HelpPages.Folder + "Test-ConsulKvSession.md")]
[OutputType(typeof(ProbeResult), typeof(bool))]
public sealed class TestConsulKvSessionCommand : ConsulCmdlet
{
    /// <summary>
    /// The sessions or addresses to test: <c>Get-ConsulKvSession | Test-ConsulKvSession</c>. Without one: the runspace's default session, else the
    /// <c>CONSUL_*</c> environment, else <c>http://127.0.0.1:8500</c>.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    [ConsulSession]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public override ConsulKvSession? Session { get; set; }

    /// <summary>A token that ends sooner is told: <c>12h</c>, <c>168h</c> or a TimeSpan. Above 0; one week when not given.</summary>
    [Parameter]
    [Duration]
    [PSDefaultValue(Help = "7 days")]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan ExpiryWarning { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Gives true or false instead: whether every rule was looked at and none has anything to say.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override bool TakesPipedSessions => true;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (MyInvocation.ExpectingInput) ChooseSession();
        if (ExpiryWarning <= TimeSpan.Zero) ThrowTerminatingError(FindingErrors.Invalid(this, "-ExpiryWarning", $"-ExpiryWarning is {ExpiryWarning}; give more than zero, such as 168h", ExpiryWarning));
        AwaitFor(Active, async cancellation =>
        {
            var results = await new SessionLint(Observed, ExpiryWarning).RunAsync(cancellation).ConfigureAwait(false);
            if (Quiet) WriteObject(results.All(result => result.Status == ProbeStatus.Passed));
            else
                foreach (var result in results) WriteObject(result);
        });
    }
}
