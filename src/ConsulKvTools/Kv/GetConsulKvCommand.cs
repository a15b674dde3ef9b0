using System.Collections.Specialized;
using System.Management.Automation;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Kv.Releases;
using ConsulKvTools.Kv.Trees;

namespace ConsulKvTools.Commands;

/// <summary>Reads keys by name, everything below a prefix, or only names.</summary>
/// <remarks>A key that ends with a slash stands for all that is below it. <c>-Prefix</c> without <c>-Recurse</c> shows one level, as a folder.</remarks>
[Cmdlet(VerbsCommon.Get, "ConsulKv", DefaultParameterSetName = KeySet, HelpUri = HelpPages.Folder + "Get-ConsulKv.md")]
[OutputType(typeof(ConsulKvEntry), typeof(string), typeof(OrderedDictionary))]
public sealed class GetConsulKvCommand : KvReadCmdlet
{
    private const string KeySet = "Key";
    private const string PrefixSet = "Prefix";
    private const string ReleaseSet = "Release";

    private KvReadAhead? ahead;

    /// <summary>Keys to read. One that ends with a slash reads everything below it.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>Reads the keys that begin with this text; '' is the whole store. One level only, unless -Recurse is given.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PrefixSet)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string Prefix { get; set; } = "";

    /// <summary>
    /// Reads the current release of a configuration, such as <c>app</c>: all of one release and nothing of another, whoever switches meanwhile. What was read is
    /// compared with what was published. See Switch-ConsulKvRelease.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = ReleaseSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string Release { get; set; } = "";

    /// <summary>Reads every level.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Gives the names only, as text, without reading values.</summary>
    [Parameter]
    public SwitchParameter NamesOnly { get; set; }

    /// <summary>With -NamesOnly: cuts names after the first of these behind the prefix, so that each is shown once.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Separator { get; set; }

    /// <summary>How fresh the answer must be.</summary>
    [Parameter]
    public ConsulConsistency Consistency { get; set; }

    /// <summary>
    /// Gives everything below a key or prefix as one nested, ordered table: <c>app/db/host</c> read from <c>app</c> is <c>$table.db.host</c>. Values are
    /// text, or a byte array where they are no text. A key that has keys below it keeps its value under the name '.', one that ends with a
    /// slash under '/'. Names are told apart by letter case, as Consul does. Flags are not in it. <c>Set-ConsulKv -Prefix</c> writes such a table back.
    /// </summary>
    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    /// <summary>Reads under way at once, 1 to 200, when keys come from the pipeline or are many; results keep the order of the keys.</summary>
    [Parameter]
    [ValidateRange(1, 200)]
    public int ThrottleLimit { get; set; } = 16;

    private protected override AclOperation OperationOn(string key) =>
        ParameterSetName != KeySet || Recurse || AsHashtable || key.EndsWith("/", StringComparison.Ordinal) ? AclOperation.List : AclOperation.Read;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Separator is not null && !NamesOnly)
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Separator", "-Separator cuts names, so it needs -NamesOnly", Separator));
        if (ParameterSetName == PrefixSet) RequireNoWait("-Prefix");
        if (ParameterSetName == ReleaseSet) RequireNoWait("-Release");
        if (Recurse) RequireNoWait("-Recurse");
        if (AsHashtable) RequireNoWait("-AsHashtable");
        if (AsHashtable && NamesOnly)
            ThrowTerminatingError(FindingErrors.Invalid(this, "-AsHashtable", "-AsHashtable gives names and values, so it does not go with -NamesOnly", null));
        ahead = new KvReadAhead(key => Begin(cancellation => ReadAsync(key, Consistency, cancellation)), IsWaiting ? 1 : ThrottleLimit);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        TakeAll();
        base.EndProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == PrefixSet)
        {
            AwaitFor(Prefix, cancellation => AsHashtable ? TableAsync(Prefix, cancellation)
                : Recurse || NamesOnly ? ListAsync(Prefix, Separator ?? (Recurse ? null : "/"), cancellation)
                : LevelAsync(Prefix, cancellation));
            return;
        }
        if (ParameterSetName == ReleaseSet)
        {
            AwaitFor(Release, ReleaseAsync);
            return;
        }
        foreach (var key in Key)
        {
            // A wait is for one key, and then a slash at its end is part of it.
            if (IsWaiting || !(AsHashtable || Recurse || key.EndsWith("/", StringComparison.Ordinal)))
            {
                while (ahead!.IsFull || ahead.HasReady) TakeOne();
                ahead.Add(key);
                continue;
            }
            TakeAll();
            AwaitFor(key, cancellation => AsHashtable ? TableAsync(key, cancellation) : ListAsync(key, Separator, cancellation));
        }
        // From a pipeline more keys may come; else everything was given.
        if (!MyInvocation.ExpectingInput) TakeAll();
    }

    private void TakeAll()
    {
        while (!ahead!.IsEmpty) TakeOne();
    }

    private void TakeOne()
    {
        var (key, answer) = ahead!.Take();
        if (EntryOf(key, answer) is { } entry) WriteObject(NamesOnly ? entry.Key : entry);
    }

    private async Task TableAsync(string prefix, CancellationToken cancellation)
    {
        var folder = KvTreeNames.FolderOf(prefix);
        var answer = new ListingAnswer();
        var tree = new KvTreeBuilder(folder);
        await foreach (var entries in Reader.ListPiecesAsync(folder, Consistency, answer.Take, cancellation).ConfigureAwait(false))
        {
            answer.Any = true;
            foreach (var entry in entries)
                if (!tree.TryAdd(entry))
                    WriteError(FindingErrors.Invalid(this, "-AsHashtable", $"the key {Printable.Text(entry.Key, 200)} has no place of its own in a table; read it by its name", entry.Key));
        }
        Explain(folder, answer);
        if (tree.WithFlags > 0) WriteVerbose($"{tree.WithFlags:N0} of the keys below '{Printable.Text(folder, 200)}' have flags, which a table does not hold.");
        // What is hidden is an error and no table: an empty one would say that there is nothing.
        if (answer.Any || answer.State == KvReadState.Missing) WriteObject(tree.Root);
    }

    /// <summary>Nothing is given out before all of it was read and compared.</summary>
    private async Task ReleaseAsync(CancellationToken cancellation)
    {
        var store = new ReleaseStore(Observed, ReleaseLayout.Of(Release));
        var (release, entries) = await new ReleaseReader(store).ReadAsync(Consistency, cancellation).ConfigureAwait(false);
        WriteVerbose($"The current release of {Printable.Text(store.Layout.Name, 120)} is {Printable.Text(release, 120)}.");
        if (AsHashtable)
        {
            var tree = new KvTreeBuilder(store.Layout.Tree(release));
            foreach (var entry in entries)
                if (!tree.TryAdd(entry)) WriteError(FindingErrors.Invalid(this, "-AsHashtable", $"the key {Printable.Text(entry.Key, 200)} has no place of its own in a table; read it by its name", entry.Key));
            WriteObject(tree.Root);
            return;
        }
        Array found = NamesOnly ? entries.Select(entry => entry.Key).ToArray() : entries.ToArray();
        if (found.Length > 0) await WriteObjectsAsync(found, Advance).ConfigureAwait(false);
    }

    private async Task ListAsync(string prefix, string? separator, CancellationToken cancellation)
    {
        var answer = new ListingAnswer();
        if (NamesOnly)
            await foreach (var names in Reader.NamePiecesAsync(prefix, separator, Consistency, answer.Take, cancellation).ConfigureAwait(false)) await ShowAsync(names, answer).ConfigureAwait(false);
        else
            await foreach (var entries in Reader.ListPiecesAsync(prefix, Consistency, answer.Take, cancellation).ConfigureAwait(false)) await ShowAsync(entries, answer).ConfigureAwait(false);
        Explain(prefix, answer);
    }

    private async Task LevelAsync(string prefix, CancellationToken cancellation)
    {
        var answer = new ListingAnswer();
        await foreach (var entry in KvLevel.ReadAsync(Reader, prefix, Consistency, answer.Take, cancellation).ConfigureAwait(false))
        {
            answer.Any = true;
            WriteObject(entry);
        }
        Explain(prefix, answer);
    }

    private ValueTask ShowAsync(Array found, ListingAnswer answer)
    {
        answer.Any = true;
        return WriteObjectsAsync(found, Advance);
    }

    /// <summary>Part of a listing is a warning, none of it because of ACLs an error, none of it because nothing is there neither.</summary>
    private void Explain(string prefix, ListingAnswer answer)
    {
        if (answer.State == KvReadState.Missing)
            WriteVerbose($"No key begins with '{Printable.Text(prefix, 200)}'.");
        else if (answer.Finding is { } finding && answer.Any)
            WriteWarning(FindingErrors.Warning(finding));
        else if (answer.Finding is { } hidden)
            WriteError(FindingErrors.Create(hidden, prefix));
    }
}
