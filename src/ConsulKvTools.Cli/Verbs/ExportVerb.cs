using System.CommandLine;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Moves;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv export</c>: the keys below a prefix as a document.</summary>
internal sealed class ExportVerb : Verb
{
    private readonly Argument<string?> prefix = KeyArgument.Optional("What the keys begin with. Without it the whole store.");
    private readonly Option<string?> path = new("--path") { Description = "The file, or the folder of --format folder. Without it, or with -, the document goes to standard output.", HelpName = "file" };
    private readonly Option<ConsulKvFormat?> format = DocumentFormat.Option();
    private readonly Option<string[]> exclude = new("--exclude") { Description = "Leave out keys that fit this pattern; * stands for any characters. May be given several times.", HelpName = "pattern" };
    private readonly Option<bool> strip = new("--strip-prefix") { Description = "Cut the prefix off the keys." };
    private readonly Option<bool> force = new("--force") { Description = "Write into a folder, and over files in it, that no export wrote." };

    public ExportVerb(GlobalOptions globals, Surroundings surroundings)
        : base("export", "Write the keys below a prefix as consul kv export does, or as a folder, YAML or properties.", globals, surroundings)
    {
        Arguments.Add(prefix);
        foreach (var option in new Option[] { path, format, exclude, strip, force }) Options.Add(option);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var file = parsed.GetValue(path) is { } given and not "-" ? Path.GetFullPath(given) : null;
        var form = parsed.GetValue(format) ?? (file is null ? ConsulKvFormat.Json : KvDocument.FormatOf(file)) ?? throw new UsageException($"The name {file} does not say its form; give --format json, folder, yaml or properties.");
        if (file is null && form == ConsulKvFormat.Folder) throw new UsageException("--format folder needs --path.");
        if (file is null && form != ConsulKvFormat.Json && terminal.IsJson) throw new UsageException("The document itself is the output here, and it is no JSON: give --path, or leave --output json out.");
        using var session = OpenSession(parsed);
        var export = new KvExport(session, KeyArgument.Read(parsed.GetValue(prefix)) ?? "") { Exclude = new KeyPatterns(parsed.GetValue(exclude)), StripPrefix = parsed.GetValue(strip), Force = parsed.GetValue(force) };
        var answer = new ListingAnswer();
        if (file is not null)
        {
            var written = await export.WriteAsync(file, form, answer.Take, null, cancellation).ConfigureAwait(false);
            if (terminal.IsJson) terminal.Document(ExportDocument.Of(written), CliJson.Default.ExportDocument);
            else terminal.OnError().Line($"{Amount.Of(written.Keys, "key")}, {Amount.Of(written.Bytes, "byte")} in {written.Path}{(written.Sha256 is null ? "" : $", SHA-256 {written.Sha256}")}");
        }
        else
        {
            using var writer = KvExport.WriterOf(form, Surroundings.Output);
            await foreach (var piece in export.EntriesAsync(answer.Take, cancellation).ConfigureAwait(false))
            {
                foreach (var entry in piece) writer.Add(entry);
                // Half of it is no document, which an import finds out; an error's document behind it would be none either.
                terminal.IsTaken = writer is ConsulJsonWriter { HasWritten: true };
            }
            writer.Complete();
            await Surroundings.Output.FlushAsync(cancellation).ConfigureAwait(false);
        }
        Warn(terminal, export, answer, parsed.GetValue(prefix) ?? "");
        if (answer.Finding is not { } hidden || answer.State == KvReadState.Missing) return ExitCode.Healthy;
        FindingView.Write(terminal.OnError(), ForShell.OfAny(hidden)!);
        return ExitCode.Fault;
    }

    private static void Warn(Terminal terminal, KvExport export, ListingAnswer answer, string prefix)
    {
        var error = terminal.OnError();
        if (answer.State == KvReadState.Missing) error.Line($"No key begins with '{Printable.Text(prefix, 200)}': the export is empty.");
        if (export.MayHide is { } unseen) FindingView.Write(error, ForShell.Of(unseen));
        if (export.Unwritable is { First: { } first, Count: var count })
            error.Line($"{Amount.Of(count, "key")} of this export cannot be written by an import; the first: {first.Title}. An import refuses the document unless its --exclude, or the export's, leaves such keys out.");
        if (export.Doubtful.Count > 0)
            error.Line($"Consul gives U+FFFD for bytes of a key that are no UTF-8, so these may not be what their keys are: {string.Join(", ", export.Doubtful.Select(key => Printable.Text(key, 80)))}.");
    }
}
