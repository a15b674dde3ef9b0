using System.Management.Automation;
using ConsulKvTools.Kv.Releases;

namespace ConsulKvTools.Commands;

/// <summary>Shows the releases of a configuration: which is current, which a rollback goes back to, how large they are, when and by whom they were published.</summary>
[Cmdlet(VerbsCommon.Get, "ConsulKvRelease", HelpUri = HelpPages.Folder + "Get-ConsulKvRelease.md")]
[OutputType(typeof(ConsulKvRelease))]
public sealed class GetConsulKvReleaseCommand : ReleaseInputCmdlet
{
    /// <summary>Releases to show, with wildcards; all without it.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ReleaseCompleter))]
    public string[]? Release { get; set; }

    /// <summary>Reads the trees too and compares each with what was published. Without it only the number of keys is compared.</summary>
    [Parameter]
    public SwitchParameter Verify { get; set; }

    private protected override AclOperation OperationOn(string key) => AclOperation.List;

    /// <inheritdoc/>
    private protected override void ProcessRelease() => AwaitFor(Name, async cancellation =>
    {
        var patterns = Release?.Select(pattern => new WildcardPattern(pattern, WildcardOptions.None)).ToArray();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var release in await new ReleaseList(Store).ReadAsync(Verify, problem => WriteWarning(FindingErrors.Warning(problem)), cancellation).ConfigureAwait(false))
        {
            if (patterns is not null && !Array.Exists(patterns, pattern => pattern.IsMatch(release.Release))) continue;
            seen.Add(release.Release);
            WriteObject(release);
        }
        foreach (var pattern in Release ?? [])
            if (!WildcardPattern.ContainsWildcardCharacters(pattern) && WildcardPattern.Unescape(pattern) is var name && !seen.Contains(name))
                WriteError(FindingErrors.Create(Store.Finding("Release.Missing", ("value", Printable.Text(name, 120)), ("detail", "there is neither a manifest nor a tree of this name")), name));
    });
}
