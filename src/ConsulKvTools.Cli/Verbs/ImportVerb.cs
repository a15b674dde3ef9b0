using System.CommandLine;
using System.Globalization;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Moves;
using ConsulKvTools.Kv.Trees;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv import</c>: make the store what a document says.</summary>
internal sealed class ImportVerb : Verb
{
    private const int MostTold = 100;

    private readonly Argument<string> path = new("FILE") { Description = "The file or folder; - reads standard input. A file that --undo wrote gives back what was before." };
    private readonly Option<ConsulKvFormat?> format = DocumentFormat.Option();
    private readonly Option<string?> prefix = new("--prefix") { Description = "Put every key below this folder; / is the top of the store.", HelpName = "prefix" };
    private readonly Option<string[]> map = new("--map") { Description = "Put keys that begin with one text where another says: app/=app2/. May be given several times; the longest beginning that fits counts.", HelpName = "from=to" };
    private readonly Option<string[]> exclude = new("--exclude") { Description = "Leave alone keys that fit this pattern; * stands for any characters. May be given several times.", HelpName = "pattern" };
    private readonly Option<bool> plan = new("--plan", "--dry-run") { Description = "Show what would be done, and write nothing." };
    private readonly Option<bool> delete = new("--delete") { Description = "Remove keys that the document does not have: below --prefix, or the targets of --map, one of which has to be given. Asks before it does." };
    private readonly Option<bool> yes = new("--yes", "-y") { Description = "Remove what --delete finds without asking, as a script has to." };
    private readonly Option<bool> force = new("--force") { Description = "Write over what somebody changed meanwhile; with --delete, do not ask, and allow an empty document, or with --prefix / the whole store." };
    private readonly Option<bool> atomic = new("--atomic") { Description = "One transaction or nothing." };
    private readonly Option<string?> journal = new("--journal") { Description = "A file by which the same command goes on where it was killed.", HelpName = "file" };
    private readonly Option<string?> undo = new("--undo") { Description = "A file that gives back what was there before, written before the first key.", HelpName = "file" };

    public ImportVerb(GlobalOptions globals, Surroundings surroundings)
        : base("import", "Make the store what a document says: only what differs is written, and only if nobody changed it meanwhile.", globals, surroundings)
    {
        Arguments.Add(path);
        foreach (var option in new Option[] { format, prefix, map, exclude, plan, delete, yes, force, atomic, journal, undo }) Options.Add(option);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        if (parsed.GetRequiredValue(path) == "-" && Globals.TokenIsOnInput(parsed)) throw new UsageException("Standard input cannot carry both the token (--token-stdin) and the document (-). Put one of them into a file.");
        var document = Document(parsed.GetRequiredValue(path), parsed.GetValue(format));
        var below = KeyArgument.Read(parsed.GetValue(prefix));
        var rows = parsed.GetValue(map) ?? [];
        // A list in JSON says where it ends; of these, one that broke off looks whole, and what is missing would be removed.
        if (parsed.GetRequiredValue(path) == "-" && parsed.GetValue(delete) && parsed.GetValue(format) is ConsulKvFormat.Yaml or ConsulKvFormat.Properties)
            throw new UsageException("--delete takes YAML and properties from a file only: on standard input nothing tells whether all of it came. Put it into a file, or use --format json.");
        if (below is not null && rows.Length > 0) throw new UsageException("--map says where keys go, so it does not go with --prefix; give the whole target behind the '='.");
        if (document.Reader is UndoReader && (below is { Length: > 0 } || rows.Length > 0 || parsed.GetValue(delete))) throw new UsageException("An undo file says itself what goes where; it goes without --prefix, --map and --delete.");
        using var session = OpenSession(parsed);
        using var import = new KvImport(session, document, new KvImportOptions
        {
            Mapping = rows.Length > 0 ? KeyMapping.Of(rows.Select(Row)) : KeyMapping.Below(KvTreeNames.FolderOf(below ?? "")), Exclude = new KeyPatterns(parsed.GetValue(exclude)),
            Delete = parsed.GetValue(delete), Force = parsed.GetValue(force), Atomic = parsed.GetValue(atomic), JournalPath = Full(parsed.GetValue(journal)), UndoPath = Full(parsed.GetValue(undo)),
        });
        if (parsed.GetValue(plan))
        {
            await using var view = terminal.IsJson ? (IPlanView)new JsonPlan(terminal) : new TextPlan(terminal);
            await import.PlanAsync(view.AddAsync, keepFiles: false, cancellation).ConfigureAwait(false);
            await view.EndAsync(import).ConfigureAwait(false);
            Warn(terminal, import, document, below);
            return ExitCode.Healthy;
        }
        await import.PlanAsync(null, keepFiles: true, cancellation).ConfigureAwait(false);
        Warn(terminal, import, document, below);
        if (parsed.GetValue(delete) && !parsed.GetValue(yes) && !parsed.GetValue(force) && !await MayRemoveAsync(import, cancellation).ConfigureAwait(false))
        {
            terminal.OnError().Line("Nothing was written.");
            return ExitCode.CouldNotRun;
        }
        var failures = new List<ConsulKvWriteResult>();
        var failed = 0L;
        var result = await import.RunAsync(
            failure =>
            {
                if (++failed > MostTold) return;
                failures.Add(ForShell.Of(failure));
                if (!terminal.IsJson) ErrorView.Write(terminal, $"{Printable.Text(failure.Key, 200)}: {failure.Outcome}, {failure.Code}: {failures[^1].Message}");
            },
            null, cancellation).ConfigureAwait(false);
        if (terminal.IsJson) terminal.Document(ImportDocument.Of(result, failures), CliJson.Default.ImportDocument);
        else Tell(terminal, result, failed, document, cancellation.IsCancellationRequested);
        if (import.Advice is { } advice) terminal.OnError().Line(ForShell.OfText(advice));
        return result.IsComplete ? ExitCode.Healthy : ExitCode.Fault;
    }

    /// <summary>Asks where keys would be removed; the count is what tells a right prefix from a wrong one.</summary>
    private async Task<bool> MayRemoveAsync(KvImport import, CancellationToken cancellation)
    {
        var counts = import.Counts;
        if (counts[ConsulKvImportAction.Delete] == 0) return true;
        var removed = Amount.Of(counts[ConsulKvImportAction.Delete], "key");
        return Surroundings.Ask is { } ask
            ? await ask(string.Create(CultureInfo.InvariantCulture, $"Remove {removed}, create {counts[ConsulKvImportAction.Create]:N0} and change {counts[ConsulKvImportAction.Change]:N0}?"), cancellation).ConfigureAwait(false)
            : throw new UsageException($"--delete would remove {removed}, and nobody can be asked here. See them with --plan, then add --yes. Nothing was written.");
    }

    /// <summary>How it ended, on the error stream: an import has no output.</summary>
    private static void Tell(Terminal terminal, ConsulKvImport result, long failed, KvDocument document, bool isStopped)
    {
        var error = terminal.OnError();
        if (failed > MostTold) error.Line($"consulkv: {Amount.Of(failed - MostTold, "more key")} were not written; only the first {MostTold} are told one by one.");
        var bad = string.Concat(new[] { (result.Excluded, "left out"), (result.Conflicts, "in conflict"), (result.Failed, "failed"), (result.NotBegun, "not begun") }
            .Where(row => row.Item1 > 0).Select(row => string.Create(CultureInfo.InvariantCulture, $", {row.Item1:N0} {row.Item2}")));
        error.Line(Printable.Text(result.ToString(), 400) + bad);
        if (result.NotBegun > 0 && isStopped) error.Line(result.JournalPath is null ? "Stopped; the same command again writes what is left." : $"Stopped; the same command goes on by the journal {Printable.Text(result.JournalPath, 300)}.");
        if (result.UndoPath is { } undo && document.Reader is not UndoReader && result.Created + result.Changed + result.Deleted > 0) error.Line($"What was there before is given back by: consulkv import {Printable.Text(undo, 300)}");
    }

    private static void Warn(Terminal terminal, KvImport import, KvDocument document, string? below)
    {
        if (import.Hidden is { } hidden) FindingView.Write(terminal.OnError(), ForShell.OfAny(hidden)!);
        if (import.Keys == 0) terminal.OnError().Line($"{Printable.Text(document.Name, 200)} holds no keys{(import.Excluded > 0 ? " but those that --exclude leaves out" : "")}.");
        if (import.Doubled is { } doubled)
        {
            var folder = Printable.Text(KvTreeNames.FolderOf(below!), 80);
            terminal.OnError().Line($"Every key begins with {folder} already, so --prefix makes it {Printable.Text(doubled, 120)}. If that is not meant, leave --prefix out; with --delete, say --map {folder}={folder} instead.");
        }
    }

    private static KeyValuePair<string, string> Row(string text) => KeyArgument.Read(text)!.Split('=', 2) is [var from, var to]
        ? new(from, to) : throw new UsageException($"--map is '{Printable.Text(text, 80)}'; write what keys begin with, '=', and what stands in its place: app/=app2/.");

    private KvDocument Document(string given, ConsulKvFormat? form) =>
        given != "-" && form is null && UndoReader.IsUndo(given) ? new KvDocument(new UndoReader(given)) : DocumentFormat.Open(given, form, Surroundings.Input);

    private static string? Full(string? file) => file is null ? null : Path.GetFullPath(file);
}
