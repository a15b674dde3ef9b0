using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Lists the sessions made in this runspace and not removed.</summary>
[Cmdlet(VerbsCommon.Get, "ConsulKvSession", HelpUri = HelpPages.Folder + "Get-ConsulKvSession.md")]
[OutputType(typeof(ConsulKvSession))]
public sealed class GetConsulKvSessionCommand : PSCmdlet
{
    /// <summary>Names to look for; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SessionNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var found = Find(name);
            foreach (var session in found) WriteObject(session);
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                WriteError(FindingErrors.Invalid(this, "-Name", $"there is no session named {Printable.Text(name, 120)} in this runspace; Get-ConsulKvSession lists those there are", name, ErrorCategory.ObjectNotFound));
        }
    }

    private static ConsulKvSession[] Find(string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        // A session without a name is called by its address, and [::1] is an address before it is a wildcard.
        return RunspaceSessions.Current.Made
            .Where(session => pattern.IsMatch(session.Name) || string.Equals(session.Name, name, StringComparison.OrdinalIgnoreCase)).ToArray();
    }
}
