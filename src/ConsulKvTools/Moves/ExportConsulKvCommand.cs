using System.Management.Automation;
using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Moves;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Commands;

/// <summary>Writes the keys below a prefix into a file or folder, byte for byte as they are, or hands them on as objects or text.</summary>
/// <remarks>One request reads them, so an export is one state of the store. The file is put in its place when it is whole.</remarks>
[Cmdlet(VerbsData.Export, "ConsulKv", SupportsShouldProcess = true, HelpUri = HelpPages.Folder + "Export-ConsulKv.md")]
[OutputType(typeof(ConsulKvExport), typeof(ConsulKvEntry), typeof(string))]
public sealed class ExportConsulKvCommand : ConsulCmdlet
{
    private const string Output = "-";

    /// <summary>What the keys begin with, as <c>consul kv export</c> takes it; without it the whole store.</summary>
    [Parameter(Position = 0)]
    [AllowEmptyString]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string Prefix { get; set; } = "";

    /// <summary>The file, or the folder of -Format Folder; <c>-</c> gives the document as text. Without it the entries themselves are given, for a pipeline.</summary>
    [Parameter(Position = 1)]
    [Alias("FilePath", "LiteralPath", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The form. Without it the name says it: .json, .yaml or .yml, .properties, or Folder for a folder or a name without extension; text is Json.</summary>
    [Parameter]
    public ConsulKvFormat? Format { get; set; }

    /// <summary>Leaves out keys that fit one of these patterns; <c>*</c> stands for any characters, slashes too, <c>?</c> for one. Whole keys are compared, with letter case.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Exclude { get; set; } = [];

    /// <summary>Cuts the prefix off the keys, so that Import-ConsulKv -Prefix can put them elsewhere.</summary>
    [Parameter]
    public SwitchParameter StripPrefix { get; set; }

    /// <summary>How fresh the answer must be. An export asks the leader to make sure that it leads, unless told otherwise.</summary>
    [Parameter]
    public ConsulConsistency Consistency { get; set; } = ConsulConsistency.Consistent;

    /// <summary>Refuses a file that is already there, or a folder that is not empty.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Writes into a folder, and over files in it, that no export wrote.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private ConsulKvFormat FormatOfFile => Format ?? KvDocument.FormatOf(Path!)!.Value;

    private protected override AclOperation OperationOn(string key) => AclOperation.List;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Path is null or Output && Format == ConsulKvFormat.Folder)
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Path", "-Format Folder needs the folder: give its path", Path));
        if (Path is not (null or Output))
        {
            Path = FilePaths.Resolve(this, Path, "-Path")!;
            // Not after a minute of reading.
            if (Format is null && KvDocument.FormatOf(Path) is null) ThrowTerminatingError(FindingErrors.Refused(this, KvDocument.Unknown(Path), "-Format", Path));
        }
        StartProgress("Exporting Consul KV");
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Path is not (null or Output) && !ShouldProcess(Path!, $"Write the keys that begin with '{Printable.Text(Prefix, 200)}' as {FormatOfFile}"))
        {
            base.EndProcessing();
            return;
        }
        var answer = new ListingAnswer();
        var export = new KvExport(Observed, Prefix) { Consistency = Consistency, Exclude = new KeyPatterns(Exclude), StripPrefix = StripPrefix, Force = Force, NoClobber = NoClobber };
        try
        {
            Await(cancellation => Path switch
            {
                null => EntriesAsync(export, answer, cancellation),
                Output => TextAsync(export, answer, cancellation),
                _ => FileAsync(export, answer, cancellation),
            });
        }
        catch (ConsulException failed)
        {
            // Whoever takes the entries from the pipeline must not come to its end with some of them: Import-ConsulKv -Delete would remove the others.
            ThrowTerminatingError(FindingErrors.Create(failed.Finding, Path ?? Prefix, failed));
        }
        base.EndProcessing();
    }

    private async Task EntriesAsync(KvExport export, ListingAnswer answer, CancellationToken cancellation)
    {
        await foreach (var piece in export.EntriesAsync(answer.Take, cancellation).ConfigureAwait(false)) await WriteObjectsAsync(piece, Advance).ConfigureAwait(false);
        Explain(export, answer);
    }

    /// <summary>Whole lines, many at a time: who writes them to a file gets the document.</summary>
    private async Task TextAsync(KvExport export, ListingAnswer answer, CancellationToken cancellation)
    {
        using var text = new MemoryStream();
        using var writer = KvExport.WriterOf(Format ?? ConsulKvFormat.Json, text);
        await foreach (var piece in export.EntriesAsync(answer.Take, cancellation).ConfigureAwait(false))
        {
            foreach (var entry in piece) writer.Add(entry);
            AdvanceLater(piece.Length);
            Give(text);
        }
        writer.Complete();
        Give(text);
        Explain(export, answer);
    }

    private void Give(MemoryStream text)
    {
        var bytes = text.GetBuffer();
        var end = (int)text.Length;
        while (end > 0 && bytes[end - 1] != '\n') end--;
        if (end == 0) return;
        WriteObject(Encoding.UTF8.GetString(bytes, 0, end - 1));
        var rest = (int)text.Length - end;
        Buffer.BlockCopy(bytes, end, bytes, 0, rest);
        text.SetLength(rest);
        text.Position = rest;
    }

    private async Task FileAsync(KvExport export, ListingAnswer answer, CancellationToken cancellation)
    {
        var written = await export.WriteAsync(Path!, FormatOfFile, answer.Take, AdvanceLater, cancellation).ConfigureAwait(false);
        Explain(export, answer);
        WriteObject(written);
    }

    private void Explain(KvExport export, ListingAnswer answer)
    {
        if (answer.State == KvReadState.Missing) WriteWarning($"No key begins with '{Printable.Text(Prefix, 200)}': the export is empty.");
        else if (answer.Finding is { } hidden) WriteWarning(FindingErrors.Warning(hidden));
        if (export.MayHide is { } unseen) WriteWarning(FindingErrors.Warning(unseen));
        if (export.Unwritable is { First: { } first, Count: var count })
            WriteWarning($"{Amount.Of(count, "key")} of this export cannot be written by an import; the first: {first.Title}. Import-ConsulKv refuses the document unless its -Exclude, or the export's, leaves such keys out.");
        if (export.Doubtful.Count > 0)
            WriteWarning($"Consul gives U+FFFD for bytes of a key that are no UTF-8, so these may not be what their keys are: {string.Join(", ", export.Doubtful.Select(key => Printable.Text(key, 80)))}. consul kv export writes the same.");
    }
}
