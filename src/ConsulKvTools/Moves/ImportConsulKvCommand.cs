using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Moves;
using ConsulKvTools.Kv.Trees;

namespace ConsulKvTools.Commands;

/// <summary>Makes the store what a document says: only what differs is written, and only if nobody changed it meanwhile.</summary>
/// <remarks>The whole document is read, and compared with the store, before the first write.</remarks>
[Cmdlet(VerbsData.Import, "ConsulKv", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, HelpUri = HelpPages.Folder + "Import-ConsulKv.md")]
[OutputType(typeof(ConsulKvImport), typeof(ConsulKvImportItem))]
public sealed class ImportConsulKvCommand : ConsulCmdlet
{
    // With what stopped writes may take, under the second within which Ctrl+C has to end.
    private static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(800);

    private const int MostShown = 100;

    private GivenEntries? entries;
    private StringBuilder? text;
    private KvImport? import;
    private Task<ConsulKvImport>? running;
    private ConsulKvImport? result;
    private long shown;
    private bool isWhatIf;
    private PipelineErrors? pipelineErrors;
    private KeyMapping mapping = KeyMapping.Below("");

    /// <summary>The file or folder. A file that <c>-UndoPath</c> wrote gives back what was before.</summary>
    [Parameter(Position = 0)]
    [Alias("FilePath", "LiteralPath", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>From the pipeline: entries of Export-ConsulKv or Get-ConsulKv, rows with Key, Value or Bytes and Flags, the text of a document, a file of Get-Item, or what Export-ConsulKv -Path gave.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    /// <summary>The form. Without it the file's name says it; text is Json.</summary>
    [Parameter]
    public ConsulKvFormat? Format { get; set; }

    /// <summary>Puts every key below this folder: with -Prefix app the key db/host goes to app/db/host. <c>/</c> is the top of the store.</summary>
    [Parameter]
    [AllowEmptyString]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string Prefix { get; set; } = "";

    /// <summary>Beginnings of keys and what stands in their place, such as <c>@{ 'app/' = 'app2/' }</c>; the longest that fits counts. A key that none fits is an error; '' takes what is left. <c>/</c> as a target is the top of the store.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Map { get; set; }

    /// <summary>Leaves alone keys that fit one of these patterns, in the document's names or the store's: they are neither written nor removed. <c>*</c> stands for any characters, slashes too, <c>?</c> for one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Exclude { get; set; } = [];

    /// <summary>Removes the keys below -Prefix, or below the targets of -Map, that the document does not have; one of the two has to say where that is. Asks first, with their number.</summary>
    [Parameter]
    public SwitchParameter Delete { get; set; }

    /// <summary>Gives what would be done about each key, with old and new value, and writes nothing.</summary>
    [Parameter]
    public SwitchParameter Plan { get; set; }

    /// <summary>Writes also what somebody changed after the comparison, does not ask before keys are removed, and allows -Delete with an empty file or, with -Prefix /, for the whole store.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes everything that differs in one transaction, or nothing. Consul takes 64 operations at once, 128 from 1.14 on.</summary>
    [Parameter]
    public SwitchParameter Atomic { get; set; }

    /// <summary>A file that says what is planned and done, so that the same command goes on where it was killed; it is removed when all is written. Without it none is kept.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JournalPath { get; set; }

    /// <summary>A file with what was there before, written before the first key is: importing it gives that back, but for keys that somebody changed later. A file that is there already is never overwritten. Without it none is kept.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? UndoPath { get; set; }

    /// <summary>Requests under way at once, 1 to 200; each carries up to 64 writes.</summary>
    [Parameter]
    [WholeNumber("a number of requests: give a whole number from 1 to 200")]
    [ValidateRange(1, 200)]
    public int ThrottleLimit { get; set; } = 16;

    private protected override AclOperation OperationOn(string key) => AclOperation.Write;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        var given = MyInvocation.BoundParameters;
        isWhatIf = PrefersWhatIf();
        pipelineErrors = new PipelineErrors(SessionState);
        if (Map is not null && given.ContainsKey(nameof(Prefix))) Refuse("-Map", "-Map says where keys go, so it does not go with -Prefix; give the whole target in the table");
        if (Path is null && !MyInvocation.ExpectingInput && InputObject is null) Refuse("-Path", "there is no document; give -Path, or pipe entries, text or a file");
        mapping = Map is null ? KeyMapping.Below(KvTreeNames.FolderOf(Prefix)) : KeyMapping.Of(Map.Cast<DictionaryEntry>().Select(row => new KeyValuePair<string, string>(KvInput.TextOf(row.Key), KvInput.TextOf(row.Value))));
        Path = FilePaths.Resolve(this, Path, "-Path");
        if (Path is null || !UndoReader.IsUndo(Path))
        {
            // Before anything is read: a variable that was never set, in the place of the prefix, must not stand for the whole store.
            if (new KvImportOptions { Mapping = mapping, Delete = Delete }.Unbounded is { } unbounded) ThrowTerminatingError(FindingErrors.Create(unbounded, Path, ConsulException.From(unbounded)));
        }
        JournalPath = FilePaths.Resolve(this, JournalPath, "-JournalPath");
        UndoPath = FilePaths.Resolve(this, UndoPath, "-UndoPath");
        if (Path is not null) RequireForm(Path);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null) return;
        if (Path is not null && InputObject.BaseObject is not (FileSystemInfo or ConsulKvExport)) Refuse("-InputObject", $"there are two documents, {Printable.Text(Path, 120)} and what the pipeline gives; import one after the other, nothing was written");
        switch (InputObject.BaseObject)
        {
            case FileSystemInfo file: TakeFile(file.FullName, null); break;
            case ConsulKvExport export: TakeFile(export.Path, export.Format); break;
            case string line when entries is null: (text = text is null ? new StringBuilder() : text.Append('\n')).Append(line); break;
            default: TakeEntry(KvInput.Of(InputObject)); break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        RequireWholePipeline();
        StartProgress("Importing into Consul KV");
        var document = Document();
        try
        {
            import = new KvImport(Observed, document, Options(document)) { DocumentRead = () => Warn(document) };
            Await(async cancellation => await import.PlanAsync(Plan ? Give : isWhatIf ? Show : null, keepFiles: !Plan && !isWhatIf, cancellation).ConfigureAwait(false));
            if (import.Hidden is { } hidden) WriteWarning(FindingErrors.Warning(hidden));
            if (isWhatIf && !Plan) SayWhatIf(document);
            else if (!Plan) Run(document);
        }
        catch (ConsulException failed)
        {
            ThrowTerminatingError(FindingErrors.Create(failed.Finding, document.Name, failed));
        }
        base.EndProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        entries?.Dispose();
        if (running is { IsCompleted: false }) SayWhatIsKnown(running);
        // The journal is open until the work has ended, and the next command may want it: whoever comes last closes it.
        var ended = import;
        if (running is { IsCompleted: false } late) _ = late.ContinueWith(_ => ended?.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        else ended?.Dispose();
    }

    /// <summary>Before the first key is shown, so that whoever cuts a plan off has read it.</summary>
    private void Warn(KvDocument document)
    {
        if (import!.Keys == 0) WriteWarning($"{Printable.Text(document.Name, 200)} holds no keys{(import!.Excluded > 0 ? $" but the {import!.Excluded:N0} that -Exclude leaves out" : "")}.");
        if (import!.Doubled is { } doubled)
            WriteWarning($"Every key of {Printable.Text(document.Name, 200)} begins with {Printable.Text(mapping.Folder, 80)} already, so -Prefix makes it {Printable.Text(doubled, 120)}. If that is not meant, leave -Prefix out; with -Delete, say -Map @{{ '{Printable.Text(mapping.Folder, 80)}' = '{Printable.Text(mapping.Folder, 80)}' }} instead.");
    }

    private void Run(KvDocument document)
    {
        var plan = import!.Counts;
        WriteVerbose($"Plan for {Printable.Text(document.Name, 200)}: {Sum()}{(import.IsResumed ? ", left by an earlier run" : "")}.");
        if (import.Writes > 0 && (plan[ConsulKvImportAction.Delete] > 0 ? !Force || IsAsked(ConfirmImpact.Medium) : IsAsked(ConfirmImpact.Medium))
            && !Confirms($"Import {Printable.Text(document.Name, 200)} into {Printable.Text(Active.Name, 200)}: {Sum()}", "?", "Import into Consul KV", document.Name))
            return;
        Expect(import.Writes);
        var errors = 0L;
        Await(async cancellation =>
        {
            running = import.RunAsync(
                failure =>
                {
                    if (++errors <= MostShown) Tell(failure);
                },
                AdvanceLater, cancellation);
            result = await running.ConfigureAwait(false);
        });
        if (errors > MostShown) WriteWarning(string.Format(CultureInfo.InvariantCulture, "{0:N0} more keys were not written; only the first {1} are told one by one.", errors - MostShown, MostShown));
        if (result!.Conflicts > plan[ConsulKvImportAction.Conflict] is false && plan[ConsulKvImportAction.Conflict] > 0)
            WriteWarning($"{Amount.Of(plan[ConsulKvImportAction.Conflict], "key")} {(plan[ConsulKvImportAction.Conflict] == 1 ? "was" : "were")} left as somebody changed {(plan[ConsulKvImportAction.Conflict] == 1 ? "it" : "them")} after the import that is undone; -Plan shows which, -Force overwrites.");
        if (import.Advice is { } advice) WriteWarning(advice);
        WriteObject(result);
    }

    private void Tell(ConsulKvWriteResult failure)
    {
        if (FindingErrors.Of(failure, failure.Key) is not { } error) return;
        try
        {
            WriteError(error);
        }
        catch (OperationCanceledException)
        {
            // The pipeline takes no more; what is under way is brought to its end all the same.
        }
    }

    private ValueTask Give(ConsulKvImportItem item)
    {
        AdvanceLater(1);
        return WriteObjectsAsync(new[] { item }, _ => { });
    }

    private ValueTask Show(ConsulKvImportItem item)
    {
        if (item.Action is not ConsulKvImportAction.Unchanged && ++shown <= MostShown)
            WriteWhatIf($"{item.Action} {Printable.Text(item.Key, 200)}: {item.Difference}");
        return default;
    }

    private void SayWhatIf(KvDocument document) =>
        ShouldProcess($"Import {Printable.Text(document.Name, 200)}: {Sum()}{(shown > MostShown ? $" (the first {MostShown} are shown)" : "")}", "", "");

    private void WriteWhatIf(string line) => OnPipelineThread(() => ShouldProcess(line, "", ""));

    private string Sum() => string.Join(", ", new (ConsulKvImportAction Action, string Word)[]
        {
            (ConsulKvImportAction.Create, "to create"), (ConsulKvImportAction.Change, "to change"), (ConsulKvImportAction.Delete, "to delete"), (ConsulKvImportAction.Unchanged, "unchanged"), (ConsulKvImportAction.Conflict, "left alone, changed since"),
        }
        .Where(row => row.Action != ConsulKvImportAction.Conflict || import!.Counts[row.Action] > 0)
        .Select(row => string.Format(CultureInfo.InvariantCulture, "{0:N0} {1}", import!.Counts[row.Action], row.Word)));

    private KvImportOptions Options(KvDocument document)
    {
        var isUndo = document.Reader is UndoReader;
        if (isUndo && (Map is not null || Prefix.Length > 0 || Delete)) Refuse("-Path", "an undo file says itself what goes where and what is removed; it goes without -Prefix, -Map and -Delete");
        return new KvImportOptions
        {
            Mapping = mapping, Exclude = new KeyPatterns(Exclude),
            Delete = Delete, Force = Force, Atomic = Atomic, JournalPath = JournalPath, UndoPath = UndoPath, AtOnce = ThrottleLimit,
        };
    }

    private void RequireWholePipeline()
    {
        if (!Delete || Path is not null) return;
        try
        {
            pipelineErrors!.RequireNone("-Delete removes what the document does not have, so keys that are only missing from the pipeline would be removed.");
        }
        catch (ConsulException failed)
        {
            ThrowTerminatingError(FindingErrors.Create(failed.Finding, null, failed));
        }
    }

    private KvDocument Document()
    {
        if (entries is not null) return new KvDocument(entries);
        if (text is { } given)
        {
            if (Format == ConsulKvFormat.Folder) Refuse("-Format", "text from the pipeline is no folder; give its path");
            var bytes = Encoding.UTF8.GetBytes(given.ToString());
            return KvDocument.Of("the text from the pipeline", Format ?? ConsulKvFormat.Json, () => new MemoryStream(bytes));
        }
        if (Path is null) return new KvDocument(entries = new GivenEntries());
        return Format is null && UndoReader.IsUndo(Path) ? new KvDocument(new UndoReader(Path)) : KvDocument.Open(Path, Format);
    }

    private void TakeFile(string path, ConsulKvFormat? format)
    {
        if (entries is not null || text is not null || (Path is not null && Path != path))
            Refuse("-InputObject", $"there are two documents, {Printable.Text(Path ?? "what the pipeline gave first", 120)} and {Printable.Text(path, 120)}; import one after the other, nothing was written");
        Format ??= format;
        RequireForm(Path = path);
    }

    private void RequireForm(string path)
    {
        if (Format is null && !UndoReader.IsUndo(path) && KvDocument.FormatOf(path) is null) ThrowTerminatingError(FindingErrors.Refused(this, KvDocument.Unknown(path), "-Format", path));
    }

    private void TakeEntry(in KvInput input)
    {
        if (input.Key is not { Length: > 0 } key || text is not null)
        {
            Refuse("-InputObject", text is not null ? "text and objects are mixed in the input; nothing was written" : "an input has neither Key nor Path; pipe entries, or rows with Key and Value; nothing was written");
            return;
        }
        try
        {
            var bytes = input.Bytes is { } exact ? exact as byte[] ?? KvValue.BytesOf(exact) : KvValue.TryConvert(input.Value, out var converted, out var problem) ? converted : throw new KvValueException(problem!);
            (entries ??= new GivenEntries()).Add(new ConsulKvEntry { Key = key, Bytes = bytes, Flags = input.Flags is null ? 0 : IndexAttribute.Read(input.Flags, "a number from 0 to 18446744073709551615") });
        }
        catch (ConsulException failed)
        {
            ThrowTerminatingError(FindingErrors.Create(failed.Finding, InputObject, failed));
        }
        catch (Exception refused) when (refused is KvValueException or ArgumentTransformationMetadataException)
        {
            Refuse("-InputObject", $"{refused.Message.TrimEnd('.')} (key {Printable.Text(key, 120)}); nothing was written");
        }
    }

    private void Refuse(string parameter, string problem) => ThrowTerminatingError(FindingErrors.Invalid(this, parameter, problem, InputObject ?? (object?)Path));

    /// <summary>A pipeline that was stopped takes no more objects. What became of the import is told to the person at the screen.</summary>
    private void SayWhatIsKnown(Task<ConsulKvImport> work)
    {
        try
        {
            if (!work.Wait(LastLook)) return;
        }
        catch (AggregateException)
        {
            return;
        }
        var known = work.Result;
        Host?.UI?.WriteWarningLine(string.Format(CultureInfo.InvariantCulture, "{0} was stopped: {1:N0} keys are written, {2:N0} were so already, {3:N0} are not begun{4}. {5}",
            MyInvocation.MyCommand.Name, known.Created + known.Changed + known.Deleted, known.Unchanged + known.DoneBefore, known.NotBegun, known.Failed + known.Conflicts == 0 ? "" : $", {known.Failed + known.Conflicts} are not written or not known",
            JournalPath is null ? "The same command again writes what is left." : $"The same command goes on by the journal {Printable.Text(JournalPath, 200)}."));
    }
}
