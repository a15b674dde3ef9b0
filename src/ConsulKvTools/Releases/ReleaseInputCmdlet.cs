using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>A cmdlet that releases can be piped to: what it does to a release is done where the release is.</summary>
public abstract class ReleaseInputCmdlet : ReleaseCmdlet
{
    private ConsulKvSession? ofInput;
    private bool isChosen;

    /// <summary>A release of Get-ConsulKvRelease or Publish-ConsulKvRelease, from the pipeline. Without -Session the command acts on the session that the release was read with, and on no other.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    private protected override bool TakesPipedSessions => Session is null;

    private protected override (ConsulKvSession Session, string Source)? SessionOfItsOwn() => ofInput is null ? null : (ofInput, "the object of the pipeline");

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        if (MyInvocation.ExpectingInput && Session is null)
        {
            var origin = InputOrigin.Of(InputObject);
            var wanted = origin?.Find(RunspaceSessions.Current);
            if (origin is not null && wanted is null)
            {
                var usual = Usual();
                if (!origin.IsOf(usual))
                {
                    WriteError(FindingErrors.Invalid(this, "-Session", $"the release {Printable.Text(Name, 120)} was read with the session {origin}, which is not known here, and without -Session the command would act on {InputOrigin.Shown(usual)}; give -Session with the one that is meant", Name));
                    return;
                }
            }
            if (!isChosen || wanted != ofInput)
            {
                if (isChosen) SettleLog();
                (ofInput, isChosen) = (wanted, true);
                ChooseSession();
            }
        }
        ProcessRelease();
    }

    /// <summary>Does the work for one configuration or release; which session is used is settled.</summary>
    private protected abstract void ProcessRelease();
}
