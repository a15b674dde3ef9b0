using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Diagnosis.Reports.Json;
using ConsulKvTools.Kv.Watching;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv watch</c>: one line a change, as text or as JSON, until it is stopped.</summary>
internal sealed class WatchVerb : Verb
{
    private const int LongestValue = 60;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Argument<string?> key = KeyArgument.Optional("The key; one that ends with a slash stands for everything below it. Not together with --prefix.");
    private readonly Option<string?> prefix = new("--prefix") { Description = "Watch every key that begins with this. An empty text watches the whole store.", HelpName = "prefix" };
    private readonly Option<bool> initial = new("--initial") { Description = "Begin with what is there." };
    private readonly Option<ulong?> since = Choice.Number("--since", "index", "Begin with what was written after this index.", "an index to begin after is a whole number; 'consulkv get' shows it as index");
    private readonly Option<ulong?> count = Choice.Number("--count", "changes", "End after so many changes, and those of the same index.", "a number of changes is a whole number");
    private readonly Option<TimeSpan?> duration = Choice.Duration("--for", "End after this time. Default: never.");
    private readonly Option<ConsulConsistency> consistency = Choice.Option("--consistency", "Consul's read mode.", ConsulConsistency.Default);

    public WatchVerb(GlobalOptions globals, Surroundings surroundings)
        : base("watch", "Write one line for each change of a key, or of the keys below a prefix; with --output json one JSON document a line.", globals, surroundings)
    {
        Arguments.Add(key);
        foreach (var option in new Option[] { prefix, initial, since, count, duration, consistency }) Options.Add(option);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var one = KeyArgument.Read(parsed.GetValue(key));
        var many = KeyArgument.Read(parsed.GetValue(prefix));
        if (one is null == many is null) throw new UsageException("Give a key or --prefix, one of the two: consulkv watch KEY, or consulkv watch --prefix app/.");
        if (parsed.GetValue(initial) && parsed.GetValue(since) is not null) throw new UsageException("--initial gives all that is there and --since a part of it: give one of the two.");
        if (parsed.GetValue(count) == 0) throw new UsageException("--count 0 would end before the first change: give 1 or more.");
        using var session = OpenSession(parsed);
        using var end = Deadline.In(parsed.GetValue(duration) ?? Timeout.InfiniteTimeSpan, cancellation);
        var options = new KvWatchOptions { Name = one ?? many!, IsPrefix = many is not null || one!.EndsWith('/'), InitialState = parsed.GetValue(initial), Since = parsed.GetValue(since), Consistency = parsed.GetValue(consistency) };
        var left = (long)Math.Min(parsed.GetValue(count) ?? long.MaxValue, long.MaxValue);
        // Nothing may change for hours; whoever is not read any more does not wait for it.
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
        await using var look = new Timer(_ =>
        {
            if (Surroundings.OutputIsLeft()) gone.Cancel();
        }, null, LookEvery, LookEvery);
        var begun = false;
        var watch = new KvWatch(session, options, note =>
        {
            begun |= note.Kind == KvWatchNoteKind.Began;
            Tell(terminal, note);
        });
        try
        {
            await foreach (var changes in watch.RunAsync(gone.Token).ConfigureAwait(false))
            {
                var some = KvWatch.Upto(left, changes);
                foreach (var change in changes.Take(some)) await WriteAsync(terminal, change, CancellationToken.None).ConfigureAwait(false);
                if ((left -= some) <= 0) return ExitCode.Healthy;
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested && !end.IsCancellationRequested)
        {
            return ExitCode.CouldNotRun;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && begun && (cancellation.IsCancellationRequested || watch.Trouble is null))
        {
            // The time is over, or somebody has seen enough: so a watch ends.
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // No change and no answer look alike; the one is news, and the other must not be taken for it.
            if (begun) terminal.OnError().Line($"The time of --for is over while nothing was heard of {Printable.Text(options.Name, 120)}: what happened last is not known.");
            if (watch.Trouble is { } trouble) return await FailAsync(terminal, trouble).ConfigureAwait(false);
            ErrorView.Write(terminal, "the time of --for is over, and the agent has not answered yet: nothing was watched.");
            return ExitCode.CouldNotRun;
        }
        catch (ConsulException error)
        {
            return await FailAsync(terminal, error.Finding).ConfigureAwait(false);
        }
        // Silence of what may not be seen says nothing.
        return watch.Blind is { } blind ? await FailAsync(terminal, blind).ConfigureAwait(false) : ExitCode.Healthy;
    }

    /// <summary>A reader of lines gets a failure on one line, too.</summary>
    private static async Task<int> FailAsync(Terminal terminal, ConsulFinding finding)
    {
        var told = ForShell.Of(finding);
        if (terminal.IsJson) await terminal.BytesAsync([.. JsonSerializer.SerializeToUtf8Bytes(new ErrorDocument(told.Code, told.Title, FindingDocument.Of(told)), CliJson.Default.ErrorDocument), (byte)'\n'], CancellationToken.None).ConfigureAwait(false);
        else ErrorView.Write(terminal, told);
        return ExitCode.Of(finding);
    }

    private static async Task WriteAsync(Terminal terminal, ConsulKvChange change, CancellationToken cancellation)
    {
        if (terminal.IsJson) await terminal.BytesAsync([.. JsonSerializer.SerializeToUtf8Bytes(WatchLine.Of(change), CliJson.Default.WatchLine), (byte)'\n'], cancellation).ConfigureAwait(false);
        else
        {
            var now = change.NewEntry is { } entry ? " = " + ValueText.Of(entry, LongestValue) : "";
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{change.Time.ToLocalTime():HH:mm:ss}  {change.Kind,-7}  {change.Index,8}  {Printable.Text(change.Key, 2000)}{now}"));
        }
    }

    /// <summary>What is no change goes to the error stream.</summary>
    private static void Tell(Terminal terminal, KvWatchNote note)
    {
        if (note.Kind is KvWatchNoteKind.Interrupted or KvWatchNoteKind.Hidden) terminal.OnError().Line($"{note.Text}{(note.Finding is { } finding ? $": {finding.Code}: {finding.Title}" : "")}.");
    }
}
