using System.Management.Automation;
using ConsulKvTools.Hygiene;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Commands;

/// <summary>Finds values that look like secrets, and says where and what kind without showing them.</summary>
/// <remarks>
/// Looked for are private keys, tokens of cloud, source code and messaging services by their published shapes and checksums, passwords in URLs and connection strings,
/// values under names such as password, secret and token, password hashes, and, as the least sure, text that looks random. References to a secret store, places to
/// be filled and what is encrypted already are none.
/// </remarks>
[Cmdlet(VerbsCommon.Find, "ConsulKvSecret", DefaultParameterSetName = PrefixSet, HelpUri = HelpPages.Folder + "Find-ConsulKvSecret.md")]
[OutputType(typeof(ConsulKvSecret))]
public sealed class FindConsulKvSecretCommand : ConsulCmdlet
{
    private const string PrefixSet = "Prefix";
    private const string InputSet = "Input";
    private const string PathSet = "Path";
    private const int ShortValue = 16 * 1024;

    private SecretSearch? search;

    /// <summary>Searches the keys that begin with this text; the whole store when not given.</summary>
    [Parameter(Position = 0, ParameterSetName = PrefixSet)]
    [AllowEmptyString]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string Prefix { get; set; } = "";

    /// <summary>What to search: entries of Get-ConsulKv, rows with Key and Value, or files.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Files to search, and folders with all files below them; links to files are followed, links to folders are not. One in the form of <c>consul kv export</c> is searched key by key, every other as one value.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Keys that are not searched; <c>*</c> is any text, slashes included.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Exclude { get; set; }

    /// <summary>Rules that do not count, such as <c>high-entropy</c> or <c>named-*</c>.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SecretRuleCompleter))]
    public string[]? ExcludeRule { get; set; }

    /// <summary>
    /// A file of secrets that are known and accepted. Each line has a fingerprint, a blank and a key, in which <c>*</c> and <c>?</c> are wildcards:
    /// <c>3fa9 app/*/password</c>. Lines that begin with # are comments.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AllowListPath { get; set; }

    /// <summary>Leaves out what is less sure.</summary>
    [Parameter]
    public SecretConfidence MinimumConfidence { get; set; }

    private protected override AclOperation OperationOn(string key) => AclOperation.List;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // What was read already needs no agent.
        if (ParameterSetName == PrefixSet)
        {
            base.BeginProcessing();
            StartProgress("Searching Consul KV for secrets");
        }
        try
        {
            search = new SecretSearch(Exclude, ExcludeRule, ReadAllowList(), MinimumConfidence);
        }
        catch (ConsulException refused)
        {
            ThrowTerminatingError(FindingErrors.Refused(this, refused, "-AllowListPath", AllowListPath));
        }
        if (ParameterSetName == PathSet)
            foreach (var path in Path) SearchPath(FilePaths.Resolve(this, path, "-Path")!);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == PrefixSet) AwaitFor(Prefix, SearchStoreAsync);
        else if (ParameterSetName == InputSet) SearchInput(InputObject!);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        EndProgress();
        WriteVerbose($"{Amount.Of(search!.Searched, "value")} searched, {Amount.Of(search.Allowed, "secret")} left out by the allow list.");
        base.EndProcessing();
    }

    private IReadOnlyList<SecretAllowance> ReadAllowList()
    {
        if (FilePaths.Resolve(this, AllowListPath, "-AllowListPath") is not { } file) return [];
        try
        {
            return SecretAllowance.Read(File.ReadLines(file), "-AllowListPath");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ThrowTerminatingError(FindingErrors.Invalid(this, "-AllowListPath", $"the allow list {Printable.Text(AllowListPath, 200)} cannot be read: {error.GetType().Name}", AllowListPath, ErrorCategory.ReadError));
            throw;
        }
    }

    private async Task SearchStoreAsync(CancellationToken cancellation)
    {
        var answer = new ListingAnswer();
        await foreach (var entries in new KvReader(Observed).ListPiecesAsync(Prefix, ConsulConsistency.Default, answer.Take, cancellation).ConfigureAwait(false))
        {
            answer.Any = true;
            var found = new List<ConsulKvSecret>();
            foreach (var entry in entries)
            {
                cancellation.ThrowIfCancellationRequested();
                found.AddRange(search!.In(entry.Key, entry.Bytes, Active.Name, cancellation));
            }
            await WriteObjectsAsync(found.ToArray(), _ => Advance(entries.Length)).ConfigureAwait(false);
        }
        // What may not be seen was not searched: no finding is then no good news.
        if (answer.Finding is { } partly && answer.Any) WriteWarning(FindingErrors.Warning(partly));
        else if (answer.State != KvReadState.Missing && answer.Finding is { } hidden) WriteError(FindingErrors.Create(hidden, Prefix));
        else if (answer.State == KvReadState.Missing) WriteWarning($"No key begins with '{Printable.Text(Prefix, 200)}': nothing was searched.");
        else if (await new KvVisibility(Observed).MayHideAsync(Prefix, "search", cancellation).ConfigureAwait(false) is { } unseen) WriteWarning(FindingErrors.Warning(unseen));
    }

    private void SearchInput(PSObject given)
    {
        if (given.BaseObject is FileSystemInfo file)
        {
            SearchPath(file.FullName);
            return;
        }
        var input = KvInput.Of(given);
        if (input.Key is not { } key || (input.Bytes ?? input.Value) is not { } value || !KvValue.TryConvert(value, out var bytes, out _))
        {
            WriteError(FindingErrors.Invalid(this, "-InputObject", $"the input ({given.BaseObject.GetType().Name}) has no key and value; pipe entries of Get-ConsulKv, rows with Key and Value, or files", null));
            return;
        }
        var session = (given.BaseObject as ConsulKvEntry)?.Session;
        // Away from this thread, which has to see Ctrl+C; what is short is searched sooner than handed over.
        if (bytes.Length <= ShortValue) WriteAll(search!.In(key, bytes, session));
        else WriteAll(Ask(cancellation => Task.Run(() => search!.In(key, bytes, session, cancellation).ToArray(), cancellation)));
    }

    private void WriteAll(IEnumerable<ConsulKvSecret> found)
    {
        foreach (var secret in found) WriteObject(secret);
    }

    private void SearchPath(string path) => AwaitFor(path, cancellation => Task.Run(() =>
    {
        foreach (var (key, value) in SearchedFiles.Of(path, unreadable => WriteError(FindingErrors.Create(unreadable.Finding, path, unreadable)), cancellation))
            WriteAll(search!.In(key, value, null, cancellation));
    }, cancellation));
}
