using System.Management.Automation;
using ConsulKvTools.Kv.Releases;

namespace ConsulKvTools.Commands;

/// <summary>Makes a release of a configuration the current one, or goes back to the one before, by one transaction: readers see all of the old one or all of the new one.</summary>
[Cmdlet(VerbsCommon.Switch, "ConsulKvRelease", DefaultParameterSetName = ReleaseSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, HelpUri = HelpPages.Folder + "Switch-ConsulKvRelease.md")]
[OutputType(typeof(ConsulKvReleaseSwitch))]
public sealed class SwitchConsulKvReleaseCommand : ReleaseInputCmdlet
{
    private const string ReleaseSet = "Release";
    private const string RollbackSet = "Rollback";

    /// <summary>The release to switch to. It has to be published, and its tree has to be what was published.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ReleaseSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReleaseCompleter))]
    public string Release { get; set; } = "";

    /// <summary>Goes back to the release before the current one. Twice goes back two releases, and not to the one that was just left.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RollbackSet)]
    public SwitchParameter Rollback { get; set; }

    private protected override AclOperation OperationOn(string key) => AclOperation.Write;

    /// <inheritdoc/>
    private protected override void ProcessRelease()
    {
        try
        {
            var switcher = new ReleaseSwitcher(Store);
            var plan = Ask(cancellation => switcher.PlanAsync(Rollback ? null : Release, cancellation));
            TellTrace();
            if (!plan.IsCurrent && !Confirms(Described(plan), "?", "Switch the current release", Name)) return;
            Emit(Ask(cancellation => switcher.RunAsync(plan, cancellation)));
        }
        catch (ConsulException failed)
        {
            WriteError(FindingErrors.Create(failed.Finding, Rollback ? Name : Release, failed));
        }
    }

    private void Emit(ConsulKvReleaseSwitch done)
    {
        TellTrace();
        WriteObject(done);
        if (done.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged)
        {
            if (done.Finding is null)
            {
                if (done.Message is { } remark) WriteWarning(remark);
                return;
            }
        }
        var finding = done.Finding ?? ConsulFinding.Create("Outcome.Unknown", ("key", Printable.Text(done.Pointer)));
        WriteError(FindingErrors.Create(finding, done.To, done.Outcome == ConsulKvOutcome.Unknown ? new ConsulUnknownOutcomeException(finding) : null, done.Message == finding.Title ? null : done.Message));
    }

    /// <summary>What would be done, with what differs, which is read only where somebody is shown it.</summary>
    private string Described(ReleasePlan plan)
    {
        var text = $"Switch {Printable.Text(Name.TrimEnd('/'), 120)} from {Printable.Text(plan.State.Current ?? "no release", 120)} {(plan.IsRollback ? "back to" : "to")} {Printable.Text(plan.To, 120)}: {Amount.Of(plan.Tree.Count, "key")}, {Amount.Of(plan.Tree.Bytes, "byte")}, {plan.Tree.Digest.Substring(0, 19)}";
        // Nobody sees it otherwise, and it is as much to read as the tree.
        if (plan.State.Current is not { } current || !(IsAsked(ConfirmImpact.Medium) || IsVerbose || PrefersWhatIf())) return text;
        try
        {
            var (added, removed, changed) = plan.Tree.Against(Ask(cancellation => Store.TreeAsync(current, ConsulConsistency.Default, null, cancellation)));
            return $"{text}; {Amount.Of(added, "key")} more, {removed:N0} less, {changed:N0} changed";
        }
        catch (ConsulException unread)
        {
            return $"{text}; what differs cannot be read ({unread.Finding.Code})";
        }
    }
}
