using System.CommandLine;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Moves;
using ConsulKvTools.Kv.Trees;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv import</c>: make the store what a document says.</summary>
internal sealed class ImportVerb : Verb
{
    private readonly Argument<string> path = new("path") { Description = "The file or folder; - reads standard input. A file that --undo wrote gives back what was before." };
    private readonly Option<ConsulKvFormat?> format = DocumentFormat.Option();
    private readonly Option<string?> prefix = new("--prefix") { Description = "Put every key below this folder.", HelpName = "prefix" };
    private readonly Option<bool> plan = new("--plan") { Description = "Show what would be done, and write nothing." };
    private readonly Option<bool> delete = new("--delete") { Description = "Remove keys below --prefix that the document does not have." };
    private readonly Option<bool> force = new("--force") { Description = "Write over what somebody changed meanwhile; with --delete, allow an empty document or the whole store." };
    private readonly Option<bool> atomic = new("--atomic") { Description = "One transaction or nothing." };
    private readonly Option<string?> journal = new("--journal") { Description = "A file by which the same command goes on where it was killed.", HelpName = "file" };
    private readonly Option<string?> undo = new("--undo") { Description = "A file that gives back what was there before, written before the first key.", HelpName = "file" };

    public ImportVerb(GlobalOptions globals, Surroundings surroundings)
        : base("import", "Make the store what a document says: only what differs is written, and only if nobody changed it meanwhile.", globals, surroundings)
    {
        Arguments.Add(path);
        foreach (var option in new Option[] { format, prefix, plan, delete, force, atomic, journal, undo }) Options.Add(option);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var document = Document(parsed.GetRequiredValue(path), parsed.GetValue(format));
        var below = parsed.GetValue(prefix) ?? "";
        if (document.Reader is UndoReader && (below.Length > 0 || parsed.GetValue(delete))) throw new UsageException("An undo file says itself what goes where; it goes without --prefix and --delete.");
        using var session = OpenSession(parsed);
        using var import = new KvImport(session, document, new KvImportOptions
        {
            Mapping = KeyMapping.Below(below.Length == 0 ? "" : KvTreeNames.FolderOf(below)), Delete = parsed.GetValue(delete), Force = parsed.GetValue(force), Atomic = parsed.GetValue(atomic),
            JournalPath = Full(parsed.GetValue(journal)), UndoPath = Full(parsed.GetValue(undo)),
        });
        var isPlan = parsed.GetValue(plan);
        await import.PlanAsync(isPlan ? item => Show(terminal, item) : null, keepFiles: !isPlan, cancellation).ConfigureAwait(false);
        if (import.Hidden is { } hidden) FindingView.Write(terminal.OnError(), ForShell.OfAny(hidden)!);
        if (isPlan)
        {
            terminal.OnError().Line(string.Join(", ", import.Counts.Select(count => $"{count.Value} {count.Key}")));
            return ExitCode.Healthy;
        }
        var result = await import.RunAsync(failure => ErrorView.Write(terminal, $"{Printable.Text(failure.Key, 200)}: {failure.Outcome}, {failure.Code}: {failure.Message}"), null, cancellation).ConfigureAwait(false);
        terminal.OnError().Line($"{Printable.Text(result.ToString(), 400)}, {result.Conflicts} in conflict, {result.Failed} failed, {result.NotBegun} not begun");
        return result.IsComplete ? ExitCode.Healthy : ExitCode.Fault;
    }

    private KvDocument Document(string given, ConsulKvFormat? form)
    {
        if (given == "-")
        {
            if (form == ConsulKvFormat.Folder) throw new UsageException("Standard input is no folder.");
            return KvDocument.Of("standard input", form ?? ConsulKvFormat.Json, Surroundings.Input);
        }
        return form is null && UndoReader.IsUndo(given) ? new KvDocument(new UndoReader(given))
            : form is null && KvDocument.FormatOf(given) is null ? throw new UsageException($"The name {given} does not say its form; give --format.") : KvDocument.Open(given, form);
    }

    private static ValueTask Show(Terminal terminal, ConsulKvImportItem item)
    {
        if (item.Action != ConsulKvImportAction.Unchanged) terminal.Line($"{item.Action} {Printable.Text(item.Key, 200)}: {item.Difference}");
        return default;
    }

    private static string? Full(string? file) => file is null ? null : Path.GetFullPath(file);
}
