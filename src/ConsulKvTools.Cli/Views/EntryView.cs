using System.Globalization;

namespace ConsulKvTools.Cli.Views;

/// <summary>One entry with what the read said about it.</summary>
internal static class EntryView
{
    private const int LongestValue = 4000;

    public static void Write(Terminal terminal, ConsulKvEntry entry)
    {
        terminal.Line(Printable.Text(entry.Key, 2000));
        FieldView.WriteWhole(terminal, "value", ValueText.Of(entry, LongestValue));
        FieldView.Write(terminal, "index", string.Create(CultureInfo.InvariantCulture, $"{entry.ModifyIndex} (created at {entry.CreateIndex})"));
        FieldView.Write(terminal, "flags", entry.Flags == 0 ? null : entry.Flags.ToString(CultureInfo.InvariantCulture));
        FieldView.Write(terminal, "lock", entry.LockSession is { } holder
            ? string.Create(CultureInfo.InvariantCulture, $"held by lock session {holder} (taken {Amount.Of((long)entry.LockIndex, "time")})")
            : entry.LockIndex > 0 ? string.Create(CultureInfo.InvariantCulture, $"free (taken {Amount.Of((long)entry.LockIndex, "time")} before)") : null);
        FieldView.Write(terminal, "read", entry.Consistency.ToString().ToLowerInvariant()
            + (entry.LastContact is { } age && age > TimeSpan.Zero ? $", from a server that heard of the leader {DiagnosisText.Time(age)} ago" : ""));
    }
}
