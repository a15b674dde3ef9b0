using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Kv.Watching;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv watch</c>: one line a change, as text or as JSON, until it is stopped.</summary>
internal sealed class WatchVerb : Verb
{
    private const int LongestValue = 60;

    private readonly Argument<string?> key = KeyArgument.Optional("The key. Not together with --prefix.");
    private readonly Option<string?> prefix = new("--prefix") { Description = "Watch every key that begins with this. An empty text watches the whole store.", HelpName = "prefix" };
    private readonly Option<bool> initial = new("--initial") { Description = "Begin with what is there." };
    private readonly Option<ulong?> since = Choice.Number("--since", "index", "Begin with what was written after this index.", "an index to begin after is a whole number; 'consulkv get' shows it as index");
    private readonly Option<ulong?> count = Choice.Number("--count", "changes", "End after so many changes.", "a number of changes is a whole number");
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
        var options = new KvWatchOptions { Name = one ?? many!, IsPrefix = many is not null, InitialState = parsed.GetValue(initial), Since = parsed.GetValue(since), Consistency = parsed.GetValue(consistency) };
        var left = parsed.GetValue(count) ?? ulong.MaxValue;
        try
        {
            await foreach (var changes in new KvWatch(session, options, note => Tell(terminal, note)).RunAsync(end.Token).ConfigureAwait(false))
            {
                foreach (var change in changes)
                {
                    await WriteAsync(terminal, change, cancellation).ConfigureAwait(false);
                    if (--left == 0) return ExitCode.Healthy;
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // The time is over.
        }
        return ExitCode.Healthy;
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
