using System.Collections;
using System.Management.Automation;
using ConsulKvTools.Kv.Releases;
using ConsulKvTools.Kv.Trees;

namespace ConsulKvTools.Commands;

/// <summary>Writes the keys of a new release below their own prefix, reads them back, and seals them; nothing that is in use is touched.</summary>
[Cmdlet(VerbsData.Publish, "ConsulKvRelease", DefaultParameterSetName = ContentSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, HelpUri = HelpPages.Folder + "Publish-ConsulKvRelease.md")]
[OutputType(typeof(ConsulKvRelease))]
public sealed class PublishConsulKvReleaseCommand : ReleaseCmdlet
{
    private const string ContentSet = "Content";
    private const string PrefixSet = "Prefix";
    private const string ExistingSet = "Existing";

    // What an entry has, and what PowerShell adds to the objects of another computer.
    private static readonly HashSet<string> RowNames = new(
        typeof(ConsulKvEntry).GetProperties().Select(property => property.Name).Concat(["PSComputerName", "PSShowComputerName", "RunspaceId"]), StringComparer.OrdinalIgnoreCase);

    private readonly List<ConsulKvWrite> content = [];
    private PipelineErrors? pipelineErrors;
    private bool isSpoilt;

    /// <summary>The new release's name: one part of a key, such as <c>v42</c> or <c>2024-11-23</c>.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReleaseCompleter))]
    public string Release { get; set; } = "";

    /// <summary>
    /// What to publish: nested tables or objects, of which <c>@{ db = @{ host = 'a' } }</c> is the key <c>db/host</c>; or entries of Get-ConsulKv and rows with Key and
    /// Value (or Bytes) and Flags.
    /// </summary>
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = ContentSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>What the keys of entries and rows begin with and the release's keys do not, such as <c>app/draft/</c>.</summary>
    [Parameter(ParameterSetName = ContentSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string? TrimPrefix { get; set; }

    /// <summary>
    /// Publishes a copy of the keys below this prefix, all of one moment, such as <c>app/draft/</c> or another release's. The key that is the prefix itself is none of
    /// them, nor are the releases of this configuration and what belongs to them.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = PrefixSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string? FromPrefix { get; set; }

    /// <summary>Where -FromPrefix is read, such as another datacenter or the cluster of the tests; -Session without it.</summary>
    [Parameter(ParameterSetName = PrefixSet)]
    [ValidateNotNull]
    [ConsulSession]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public ConsulKvSession? FromSession { get; set; }

    /// <summary>Seals the keys that were written below <c>&lt;name&gt;/releases/&lt;release&gt;/</c> by other means, as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ExistingSet)]
    public SwitchParameter Existing { get; set; }

    /// <summary>
    /// Writes over what an unfinished publishing left below the release's prefix, and removes what does not belong to it; nobody may be publishing it any more. Also takes what the
    /// token can see, below that prefix and below -FromPrefix, where it cannot be told whether that is all. A published release is never written over.
    /// </summary>
    [Parameter(ParameterSetName = ContentSet)]
    [Parameter(ParameterSetName = PrefixSet)]
    public SwitchParameter Force { get; set; }

    /// <summary>Requests under way at once, 1 to 200; each carries up to 64 keys.</summary>
    [Parameter(ParameterSetName = ContentSet)]
    [Parameter(ParameterSetName = PrefixSet)]
    [WholeNumber("a number of requests: give a whole number from 1 to 200")]
    [ValidateRange(1, 200)]
    public int ThrottleLimit { get; set; } = 16;

    private protected override AclOperation OperationOn(string key) => AclOperation.Write;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (MyInvocation.ExpectingInput) pipelineErrors = new PipelineErrors(SessionState);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != ContentSet || isSpoilt) return;
        try
        {
            // A list by argument is what it would be down the pipeline.
            if (InputObject!.BaseObject is object?[] rows) foreach (var row in rows.OfType<object>()) Take(PSObject.AsPSObject(row));
            else Take(InputObject);
        }
        catch (Exception refused) when (refused is KvValueException or ArgumentTransformationMetadataException or GetValueException)
        {
            Spoil(refused.Message.TrimEnd('.'));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!isSpoilt) Publish();
        base.EndProcessing();
    }

    private void Publish()
    {
        try
        {
            if (!Existing && FromPrefix is null)
                pipelineErrors?.RequireNone("A release is all that its readers have, so keys that are only missing from the pipeline would be gone for them; -Force does not allow that either.");
            var store = Store;
            var what = Existing ? $"Seal what stands below {Printable.Text(store.Layout.Tree(Release), 200)}" : $"Publish {Printable.Text(store.Layout.Name, 120)} {Printable.Text(Release, 120)}: {Source(store)}, below {Printable.Text(store.Layout.Tree(Release), 200)}";
            store.Layout.CheckToPublish(Release);
            var publisher = new ReleasePublisher(store, ThrottleLimit, AdvanceLater);
            // Asked is only about what would be done: what is refused is refused with -WhatIf too, and what is there already needs no question.
            var isToDo = Ask(cancellation => Existing ? publisher.CanSealAsync(Release, cancellation) : publisher.CanPublishAsync(Release, content, Force, cancellation));
            if (isToDo && !Confirms(what, "?", "Publish a release", Release)) return;
            StartProgress("Publishing a release", content.Count);
            var (manifest, isNew) = Ask(cancellation => Existing ? publisher.SealAsync(Release, cancellation) : publisher.PublishAsync(Release, content, Force, cancellation));
            if (!isNew) WriteVerbose($"{Printable.Text(store.Layout.Name, 120)} {Printable.Text(Release, 120)} was already published with this content.");
            var (known, previous) = Known(store);
            WriteObject(new ReleaseList(store).Of(Release, manifest, known, previous) with { Verified = true });
        }
        catch (ConsulException failed)
        {
            WriteError(FindingErrors.Create(failed.Finding, Release, failed));
        }
        finally
        {
            EndProgress();
            TellTrace();
        }
    }

    /// <summary>Which release is current, as far as that can be told: it is published, and what hides that from the token or stands in the pointer does not undo it.</summary>
    private (ReleaseState State, string? Previous) Known(ReleaseStore store)
    {
        var hidden = new List<ConsulFinding>();
        try
        {
            var state = Ask(cancellation => store.KnownStateAsync(ConsulConsistency.Consistent, hidden.Add, cancellation));
            return (state, Ask(cancellation => store.PreviousAsync(state, cancellation)));
        }
        catch (ConsulException unheard)
        {
            hidden.Add(unheard.Finding);
            return (new ReleaseState(null, 0, ReleaseHistory.Empty, 0), null);
        }
        finally
        {
            foreach (var problem in hidden) WriteWarning($"{Printable.Text(Release, 120)} is published; which release is current, or was, is not known: {FindingErrors.Warning(problem)}");
        }
    }

    /// <summary>Reads what is copied, so that -WhatIf can say how much it is.</summary>
    private string Source(ReleaseStore store)
    {
        if (FromPrefix is null) return $"{Amount.Of(content.Count, "key")}, {Amount.Of(content.Sum(write => (long)write.Value.Length), "byte")}";
        var prefix = KvTreeNames.FolderOf(FromPrefix);
        if (FromSession is not null) RequireUsable(FromSession);
        var from = FromSession is null ? store : new ReleaseStore(FromSession, store.Layout);
        var (keys, folder) = Ask(cancellation => ReleasePublisher.ContentOfAsync(from, prefix, Force, cancellation));
        content.AddRange(keys);
        if (folder is { Bytes.Length: > 0 } or { Flags: > 0 })
            WriteWarning($"The value of the key {Printable.Text(prefix, 200)} itself, {Amount.Of(folder.Bytes.Length, "byte")}, is not part of the release: what is published are the keys below it.");
        return $"{Amount.Of(content.Count, "key")} from {Printable.Text(prefix, 200)}";
    }

    private void Take(PSObject input)
    {
        if (input.BaseObject is ConsulKvEntry || IsRow(input))
        {
            var row = KvInput.Of(input);
            if (row.Key is not { Length: > 0 } key) throw new KvValueException("an entry or row has no key: give each its name below the release");
            if (TrimPrefix is { } prefix)
            {
                prefix = KvTreeNames.FolderOf(prefix);
                if (!key.StartsWith(prefix, StringComparison.Ordinal) || key.Length == prefix.Length)
                {
                    Spoil($"{Printable.Text(key, 200)} is not below {Printable.Text(prefix, 200)}");
                    return;
                }
                key = key.Substring(prefix.Length);
            }
            byte[] bytes;
            if (row.Bytes is { } raw) bytes = raw as byte[] ?? KvValue.BytesOf(raw);
            else if (!KvValue.TryConvert(row.Value, out bytes, out var problem)) throw new KvValueException($"{problem} (key {Printable.Text(key, 120)})");
            content.Add(new ConsulKvWrite { Key = key, Value = bytes, Flags = row.Flags is null ? 0 : IndexAttribute.Read(row.Flags, "a number for -Flags: give a whole number from 0 to 18446744073709551615") });
            return;
        }
        var tree = new KvTreeReader(KvObject.Look);
        tree.Read("", input);
        if (tree.Problems.Count > 0) Spoil(string.Join("; ", tree.Problems.Take(5)));
        else content.AddRange(tree.Leaves.Select(leaf => new ConsulKvWrite { Key = leaf.Key, Value = leaf.Value }));
    }

    /// <summary>A row says which key it is of; any other object is a tree.</summary>
    /// <exception cref="KvValueException">It may be either: as a row it would lose what else it has.</exception>
    private bool IsRow(PSObject input)
    {
        var table = input.BaseObject as IDictionary;
        bool Has(string name) => table?.Contains(name) ?? input.Properties[name] is not null;
        if (!Has("Key") || !(Has("Value") || Has("Bytes"))) return false;
        var names = table is not null ? table.Keys.Cast<object>().Select(KvInput.TextOf)
            : input.BaseObject is PSCustomObject ? input.Properties.Select(property => property.Name)
            : [];
        var others = names.Where(name => !RowNames.Contains(name)).ToList();
        if (others.Count == 0) return true;
        var value = Has("Bytes") ? "Bytes" : "Value";
        throw new KvValueException($"an object has Key and {value}, as a row has, but also {Printable.Text(string.Join(", ", others), 200)}; if it is a row, pipe Select-Object Key, {value}, Flags of it; "
            + $"if it is a tree, write it with Set-ConsulKv -Prefix '{Printable.Text(Name.TrimEnd('/'), 120)}/releases/{Printable.Text(Release, 120)}/' and publish it with -Existing");
    }

    private void Spoil(string problem)
    {
        isSpoilt = true;
        WriteError(FindingErrors.Invalid(this, "-InputObject", $"nothing of this release was written: {problem}", InputObject));
    }
}
