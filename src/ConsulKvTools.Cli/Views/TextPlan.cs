using System.Globalization;
using ConsulKvTools.Kv.Moves;

namespace ConsulKvTools.Cli.Views;

/// <summary>A line a key, and the numbers on the error stream.</summary>
internal sealed class TextPlan(Terminal terminal) : IPlanView
{
    private static readonly (ConsulKvImportAction Action, string Words)[] Told =
    [
        (ConsulKvImportAction.Create, "to create"), (ConsulKvImportAction.Change, "to change"), (ConsulKvImportAction.Delete, "to delete"), (ConsulKvImportAction.Unchanged, "unchanged"),
        (ConsulKvImportAction.Conflict, "left alone, changed since"),
    ];

    public ValueTask AddAsync(ConsulKvImportItem item)
    {
        if (item.Action != ConsulKvImportAction.Unchanged) terminal.Line($"{item.Action} {Printable.Text(item.Key, 200)}: {item.Difference}");
        return default;
    }

    public ValueTask EndAsync(KvImport import)
    {
        var counts = Told.Where(row => row.Action != ConsulKvImportAction.Conflict || import.Counts[row.Action] > 0).Select(row => string.Create(CultureInfo.InvariantCulture, $"{import.Counts[row.Action]:N0} {row.Words}"));
        terminal.OnError().Line(string.Join(", ", counts) + (import.Excluded > 0 ? string.Create(CultureInfo.InvariantCulture, $", {import.Excluded:N0} left out") : "") + "; nothing was written.");
        return default;
    }

    public ValueTask DisposeAsync() => default;
}
