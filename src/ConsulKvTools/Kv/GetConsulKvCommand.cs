using System.Management.Automation;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Commands;

/// <summary>Reads keys by name, everything below a prefix, or only names.</summary>
/// <remarks>A key that ends with a slash stands for all that is below it. <c>-Prefix</c> without <c>-Recurse</c> shows one level, as a folder.</remarks>
[Cmdlet(VerbsCommon.Get, "ConsulKv", DefaultParameterSetName = KeySet)]
[OutputType(typeof(ConsulKvEntry), typeof(string))]
public sealed class GetConsulKvCommand : KvReadCmdlet
{
    private const string KeySet = "Key";
    private const string PrefixSet = "Prefix";

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

    private protected override AclOperation OperationOn(string key) =>
        ParameterSetName == PrefixSet || Recurse || key.EndsWith("/", StringComparison.Ordinal) ? AclOperation.List : AclOperation.Read;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Separator is not null && !NamesOnly)
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Separator", "-Separator cuts names, so it needs -NamesOnly", Separator));
        if (ParameterSetName == PrefixSet) RequireNoWait("-Prefix");
        if (Recurse) RequireNoWait("-Recurse");
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == PrefixSet)
        {
            AwaitFor(Prefix, cancellation => Recurse || NamesOnly
                ? ListAsync(Prefix, Separator ?? (Recurse ? null : "/"), cancellation)
                : LevelAsync(Prefix, cancellation));
            return;
        }
        foreach (var key in Key)
        {
            // A wait is for one key, and then a slash at its end is part of it.
            if (!IsWaiting && (Recurse || key.EndsWith("/", StringComparison.Ordinal))) AwaitFor(key, cancellation => ListAsync(key, Separator, cancellation));
            else if (Read(key, Consistency) is { } entry) WriteObject(NamesOnly ? entry.Key : entry);
        }
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
        return WriteObjectsAsync(found);
    }

    /// <summary>Part of a listing is a warning, none of it because of ACLs an error, none of it because nothing is there neither.</summary>
    private void Explain(string prefix, ListingAnswer answer)
    {
        if (answer.State == KvReadState.Missing)
            WriteVerbose($"No key begins with '{Printable.Text(prefix, 200)}'.");
        else if (answer.Finding is { } finding && answer.Any)
            WriteWarning($"{finding.Code}: {FindingErrors.Sentence(finding.Title)} {finding.Remedy}");
        else if (answer.Finding is { } hidden)
            WriteError(FindingErrors.Create(hidden, prefix));
    }

    /// <summary>What the reader says about the listing as a whole.</summary>
    private sealed class ListingAnswer
    {
        public KvReadState State { get; private set; }

        public ConsulFinding? Finding { get; private set; }

        public bool Any { get; set; }

        public void Take(KvReadState state, ConsulFinding? finding) => (State, Finding) = (state, finding);
    }
}
