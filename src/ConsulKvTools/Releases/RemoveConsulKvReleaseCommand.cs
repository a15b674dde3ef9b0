using System.Management.Automation;
using ConsulKvTools.Kv.Releases;

namespace ConsulKvTools.Commands;

/// <summary>Removes old releases of a configuration: never the current one, never the one a rollback goes back to, never one that was current a moment ago.</summary>
[Cmdlet(VerbsCommon.Remove, "ConsulKvRelease", DefaultParameterSetName = KeepSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, HelpUri = HelpPages.Folder + "Remove-ConsulKvRelease.md")]
[OutputType(typeof(ConsulKvWriteResult))]
public sealed class RemoveConsulKvReleaseCommand : ReleaseInputCmdlet
{
    private const string KeepSet = "Keep";
    private const string ReleaseSet = "Release";

    /// <summary>The releases to remove. Unfinished ones too, which <c>-Keep</c> leaves alone, because one may be being published this moment.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ReleaseSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReleaseCompleter))]
    public string[] Release { get; set; } = [];

    /// <summary>Removes all but this many of the newest, 1 to 1000. The current release and the one before it stay besides, whatever their age.</summary>
    [Parameter(Mandatory = true, ParameterSetName = KeepSet)]
    [WholeNumber("a number of releases: give a whole number from 1 to 1000")]
    [ValidateRange(1, 1000)]
    public int Keep { get; set; }

    /// <summary>
    /// How long ago a release must have been published, and left by the last switch, so that no slow reader is still in it: such as <c>5m</c>, which is the
    /// default, or <c>7d</c> as <c>168h</c>; <c>0s</c> for none.
    /// </summary>
    [Parameter]
    [PSDefaultValue(Help = "5m")]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan OlderThan { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override AclOperation OperationOn(string key) => AclOperation.DeleteRecurse;

    /// <inheritdoc/>
    private protected override void ProcessRelease()
    {
        try
        {
            var all = Ask(cancellation => new ReleaseList(Store).ReadAsync(verify: false, tell: null, cancellation));
            TellTrace();
            foreach (var release in ParameterSetName == KeepSet ? ReleaseRemover.Removable(all, Keep, OlderThan, Now) : Chosen(all)) Remove(release);
        }
        catch (ConsulException failed)
        {
            WriteError(FindingErrors.Create(failed.Finding, Name, failed));
        }
    }

    private IEnumerable<ConsulKvRelease> Chosen(IReadOnlyList<ConsulKvRelease> all)
    {
        foreach (var name in Release)
        {
            var found = all.FirstOrDefault(release => release.Release == name);
            var shown = Printable.Text(name, 120);
            if (found is null)
                WriteError(FindingErrors.Create(Store.Finding("Release.Missing", ("value", shown), ("detail", "there is neither a manifest nor a tree of this name")), name));
            else if (ReleaseRemover.InUse(found, OlderThan, Now) is { } problem)
                WriteError(FindingErrors.Create(Store.Finding("Release.InUse", ("value", shown), ("problem", problem)), name));
            else yield return found;
        }
    }

    private void Remove(ConsulKvRelease release)
    {
        var what = $"Remove {Printable.Text(release.ToString(), 200)}: {Amount.Of(release.Keys, "key")}, {release.Status}{(release.Created is { } created ? $", published {EvidenceText.Of(created)} by {Printable.Text(release.CreatedBy, 120)}" : "")}";
        if (!(Force && !IsAsked(ConfirmImpact.Medium) && !MyInvocation.BoundParameters.ContainsKey("WhatIf") || Confirms(what, "?", "Remove Consul releases", release.Release))) return;
        try
        {
            var result = Ask(cancellation => new ReleaseRemover(Store).RemoveAsync(release, OlderThan, Now, cancellation));
            TellTrace();
            WriteObject(result);
            if (FindingErrors.Of(result, release.Release) is { } error) WriteError(error);
        }
        catch (ConsulException failed)
        {
            WriteError(FindingErrors.Create(failed.Finding, release.Release, failed));
        }
    }
}
