using System.Collections;
using System.Management.Automation;
using System.Text.RegularExpressions;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Comparison;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Commands;

/// <summary>Compares keys between prefixes, datacenters, clusters and files: what is added, removed, changed. Secrets are not shown.</summary>
/// <remarks>
/// Seen from the reference: Added is what only the difference side has. Where the token may not read a key, the answer is Unknown and never Removed. Differences go
/// down the pipeline into Set-ConsulKv (Changed, Removed) and Remove-ConsulKv (Added), which make the difference side as the reference is.
/// </remarks>
[Cmdlet(VerbsData.Compare, "ConsulKv", DefaultParameterSetName = SidesSet, HelpUri = HelpPages.Folder + "Compare-ConsulKv.md")]
[OutputType(typeof(ConsulKvDifference), typeof(ConsulKvEnvironmentRow), typeof(bool))]
public sealed class CompareConsulKvCommand : ConsulCmdlet
{
    private const string SidesSet = "Sides";
    private const string EnvironmentSet = "Environment";

    /// <summary>The prefix that the other is measured by; '' is the whole store. The rest of each key is its name in the comparison.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = SidesSet)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string Reference { get; set; } = "";

    /// <summary>The prefix to compare with it; the same one when not given.</summary>
    [Parameter(Position = 1, ParameterSetName = SidesSet)]
    [AllowEmptyString]
    [PSDefaultValue(Help = "The same as -Reference")]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string? Difference { get; set; }

    /// <summary>The session of the difference side: another cluster, namespace or partition. The same as <c>-Session</c> when not given.</summary>
    [Parameter(ParameterSetName = SidesSet)]
    [ValidateNotNull]
    [ConsulSession]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public ConsulKvSession? DifferenceSession { get; set; }

    /// <summary>The datacenter of the reference side; the session's own when not given.</summary>
    [Parameter(ParameterSetName = SidesSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DatacenterCompleter))]
    public string? ReferenceDatacenter { get; set; }

    /// <summary>The datacenter of the difference side; the session's own when not given.</summary>
    [Parameter(ParameterSetName = SidesSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DatacenterCompleter))]
    public string? DifferenceDatacenter { get; set; }

    /// <summary>A file or folder as the reference side: <c>consul kv export</c>, YAML, properties, a folder of files. <c>-Reference</c> is then a prefix within it.</summary>
    [Parameter(ParameterSetName = SidesSet)]
    [ValidateNotNullOrEmpty]
    public string? ReferencePath { get; set; }

    /// <summary>A file or folder as the difference side. <c>-Difference</c> is then a prefix within it.</summary>
    [Parameter(ParameterSetName = SidesSet)]
    [ValidateNotNullOrEmpty]
    public string? DifferencePath { get; set; }

    /// <summary>Sessions by the names of their environments, in the order in which they are shown: <c>[ordered]@{ production = $p; staging = $s; test = $t }</c>. One row a key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = EnvironmentSet)]
    [ValidateNotNull]
    public IDictionary? Environment { get; set; }

    /// <summary>With -Environment: the prefix that is compared in each; the whole store when not given.</summary>
    [Parameter(Position = 0, ParameterSetName = EnvironmentSet)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string Prefix { get; set; } = "";

    /// <summary>JSON that says the same is the same, whatever its blanks and the order of its members; what changed is shown path by path.</summary>
    [Parameter]
    public SwitchParameter Semantic { get; set; }

    /// <summary>Names that are passed over; <c>*</c> is any text, slashes included.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Exclude { get; set; }

    /// <summary>Regular expressions of parts of values that do not count, such as host names: <c>'[\w-]+\.(prod|staging)\.example'</c>. With -Semantic they may take numbers, or parts of them, out of JSON too.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? ExcludeValue { get; set; }

    /// <summary>Flags do not count.</summary>
    [Parameter]
    public SwitchParameter IgnoreFlags { get; set; }

    /// <summary>Gives keys that are the same, too.</summary>
    [Parameter]
    public SwitchParameter IncludeEqual { get; set; }

    /// <summary>How fresh the answers must be.</summary>
    [Parameter]
    public ConsulConsistency Consistency { get; set; }

    /// <summary>Gives true or false instead: whether all is the same. It is false too where that cannot be told: keys that may not be read, or nothing to compare.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override AclOperation OperationOn(string key) => AclOperation.List;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // Two files, or sessions of their own, need no agent besides.
        if (ParameterSetName == SidesSet && (ReferencePath is null || (DifferencePath is null && DifferenceSession is null)))
        {
            base.BeginProcessing();
            StartProgress("Comparing Consul KV");
        }
        if (ReferencePath is not null && ReferenceDatacenter is not null) ThrowTerminatingError(FindingErrors.Invalid(this, "-ReferenceDatacenter", "a file has no datacenter; give -ReferencePath or -ReferenceDatacenter", ReferenceDatacenter));
        if (DifferencePath is not null && (DifferenceDatacenter ?? (object?)DifferenceSession) is { } both) ThrowTerminatingError(FindingErrors.Invalid(this, "-DifferencePath", "a file has neither session nor datacenter; give -DifferencePath, or -DifferenceSession and -DifferenceDatacenter", both));
        if (ParameterSetName == SidesSet && Difference is null && DifferenceSession is null && DifferencePath is null && ReferencePath is null && ReferenceDatacenter == DifferenceDatacenter)
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Difference", "there is nothing to compare with; give -Difference, -DifferenceSession, -DifferenceDatacenter or -DifferencePath", Reference));
        if (DifferenceSession is not null) RequireUsable(DifferenceSession);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var options = OptionsOf();
        if (ParameterSetName == EnvironmentSet)
        {
            var environments = EnvironmentsOf();
            AwaitFor(Prefix, cancellation => CompareEnvironmentsAsync(environments, options, cancellation));
            return;
        }
        try
        {
            var reference = SideOf(ReferencePath, "-ReferencePath", ReferencePath is null ? Observed : null, ReferenceDatacenter, Reference);
            var difference = SideOf(DifferencePath, "-DifferencePath", DifferencePath is null ? DifferenceSession ?? Observed : null, DifferenceDatacenter, Difference ?? Reference);
            AwaitFor(Reference, cancellation => CompareAsync(reference, difference, options, cancellation));
        }
        catch (ConsulException refused)
        {
            ThrowTerminatingError(FindingErrors.Create(refused.Finding, null, refused));
        }
    }

    private ComparisonOptions OptionsOf()
    {
        try
        {
            return new ComparisonOptions { Semantic = Semantic, IncludeEqual = IncludeEqual, IgnoreFlags = IgnoreFlags, Exclude = new KeyPatterns(Exclude), ExcludeValue = ComparisonOptions.Patterns(ExcludeValue, "-ExcludeValue") };
        }
        catch (ConsulException refused)
        {
            ThrowTerminatingError(FindingErrors.Refused(this, refused, "-ExcludeValue", null));
            throw;
        }
    }

    private KvSide SideOf(string? path, string parameter, ConsulKvSession? session, string? datacenter, string prefix)
    {
        if (session is null)
        {
            var file = FilePaths.Resolve(this, path, parameter)!;
            return new KvSide(KvDocument.Open(file, KvDocument.FormatOf(file) ?? throw KvDocument.Unknown(file, hasFormat: false)), prefix);
        }
        return new KvSide(new KvPrefixSource(datacenter is null ? session : session.InDatacenter(datacenter), prefix, Consistency), prefix);
    }

    private List<(string Name, KvSide Side)> EnvironmentsOf()
    {
        var all = new List<(string, KvSide)>();
        var read = new ConsulSessionAttribute();
        foreach (DictionaryEntry row in Environment!)
        {
            ConsulKvSession? session = null;
            try
            {
                session = read.Transform(null!, row.Value) as ConsulKvSession;
            }
            catch (ArgumentTransformationMetadataException refused)
            {
                ThrowTerminatingError(FindingErrors.Invalid(this, "-Environment", $"the environment '{Printable.Text(row.Key?.ToString(), 80)}': {refused.Message.TrimEnd('.')}", row.Key));
            }
            if (session is null) ThrowTerminatingError(FindingErrors.Invalid(this, "-Environment", $"the environment '{Printable.Text(row.Key?.ToString(), 80)}' has no session", row.Key));
            RequireUsable(session!);
            all.Add((row.Key?.ToString() ?? "", new KvSide(new KvPrefixSource(session!, Prefix, Consistency), Prefix)));
        }
        if (all.Count < 2) ThrowTerminatingError(FindingErrors.Invalid(this, "-Environment", "two environments or more are needed, such as [ordered]@{ production = $p; staging = $s }", Environment));
        return all;
    }

    private async Task CompareAsync(KvSide reference, KvSide difference, ComparisonOptions options, CancellationToken cancellation)
    {
        var comparison = new StoreComparison(reference, difference, options);
        await foreach (var some in comparison.RunAsync(cancellation).ConfigureAwait(false))
        {
            if (Quiet && comparison.Differing > 0)
            {
                WriteObject(false);
                return;
            }
            if (!Quiet) await WriteObjectsAsync(some, Advance).ConfigureAwait(false);
        }
        await AnswerAsync(comparison.IsSame, comparison.Compared, [reference, difference], cancellation).ConfigureAwait(false);
        WriteVerbose($"{Amount.Of(comparison.Compared, "name")} compared, {comparison.Differing:N0} of them differ.");
    }

    private async Task CompareEnvironmentsAsync(List<(string Name, KvSide Side)> environments, ComparisonOptions options, CancellationToken cancellation)
    {
        var comparison = new EnvironmentComparison(environments, options);
        await foreach (var some in comparison.RunAsync(cancellation).ConfigureAwait(false))
        {
            if (Quiet && comparison.Differing > 0)
            {
                WriteObject(false);
                return;
            }
            if (!Quiet) await WriteObjectsAsync(some, _ => { }).ConfigureAwait(false);
        }
        await AnswerAsync(comparison.IsSame, comparison.Compared, [.. environments.Select(one => one.Side)], cancellation).ConfigureAwait(false);
        WriteVerbose($"{Amount.Of(comparison.Compared, "name")} compared, {comparison.Differing:N0} of them are not the same everywhere.");
    }

    /// <summary>True only where all is known to be the same. A side that shows not all, or nothing, is told: a comparison with an empty side is rarely what was meant.</summary>
    private async Task AnswerAsync(bool? isSame, long compared, IReadOnlyList<KvSide> sides, CancellationToken cancellation)
    {
        if (Quiet) WriteObject(isSame == true);
        foreach (var side in sides)
        {
            if (side.Finding is { Severity: not FindingSeverity.Error } partly && side.State == KvReadState.Filtered) WriteWarning($"{Printable.Text(side.Name, 200)}: {FindingErrors.Warning(partly)}");
            else if (side.State == KvReadState.Missing) WriteWarning($"{Printable.Text(side.Name, 200)} has nothing to compare.");
            else if (Quiet && isSame == true && !await side.IsSurelyWholeAsync(cancellation).ConfigureAwait(false))
                WriteWarning($"{Printable.Text(side.Name, 200)}: keys that the token may not read are not compared, and this agent does not say whether there are any.");
        }
        if (Quiet && isSame is null) WriteWarning(compared == 0 ? "Nothing was compared, so the answer is not that all is the same." : "Not all could be compared, so the answer is not that all is the same.");
    }
}
