using System.Globalization;
using ConsulKvTools.Kv.Changes;

namespace ConsulKvTools.Kv.Comparison;

/// <summary>Two texts as a unified diff, as <c>diff -u</c> and git write it: <c>patch</c> takes it.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;
    private const string NoLineBreak = "\\ No newline at end of file";

    /// <summary>The hunks, line by line, without the two lines that name the files; empty when nothing differs.</summary>
    public static IReadOnlyList<string> Between(string old, string now)
    {
        var (before, after) = (Lines(old), Lines(now));
        var changes = LineDifference.Between(before, after);
        var text = new List<string>();
        for (var first = 0; first < changes.Count;)
        {
            var last = first;
            while (last + 1 < changes.Count && changes[last + 1].OldLine - (changes[last].OldLine + changes[last].Removed) <= 2 * Context) last++;
            AddHunk(text, before, after, changes, first, last);
            first = last + 1;
        }
        return text;
    }

    private static void AddHunk(List<string> text, string[] before, string[] after, IReadOnlyList<LineChange> changes, int first, int last)
    {
        var lead = Math.Min(Context, changes[first].OldLine);
        var (oldStart, newStart) = (changes[first].OldLine - lead, changes[first].NewLine - lead);
        var oldEnd = Math.Min(before.Length, changes[last].OldLine + changes[last].Removed + Context);
        var newEnd = changes[last].NewLine + changes[last].Added + (oldEnd - changes[last].OldLine - changes[last].Removed);
        text.Add($"@@ -{Range(oldStart, oldEnd - oldStart)} +{Range(newStart, newEnd - newStart)} @@");
        var at = oldStart;
        for (var number = first; number <= last; number++)
        {
            var change = changes[number];
            for (; at < change.OldLine; at++) Add(text, ' ', before, at);
            for (var line = 0; line < change.Removed; line++) Add(text, '-', before, change.OldLine + line);
            for (var line = 0; line < change.Added; line++) Add(text, '+', after, change.NewLine + line);
            at = change.OldLine + change.Removed;
        }
        for (; at < oldEnd; at++) Add(text, ' ', before, at);
    }

    // Lines keep their line break, so that a last line without one differs from one with it.
    private static void Add(List<string> text, char mark, string[] lines, int at)
    {
        var line = lines[at];
        var ends = line.Length > 0 && line[line.Length - 1] == '\n';
        text.Add(mark + (ends ? line.Substring(0, line.Length - 1) : line));
        if (!ends) text.Add(NoLineBreak);
    }

    private static string Range(int start, int count) => string.Format(CultureInfo.InvariantCulture, count == 1 ? "{0}" : "{0},{1}", count == 0 ? start : start + 1, count);

    private static string[] Lines(string text)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text.Substring(start, end - start));
            start = end;
        }
        return [.. lines];
    }
}
