using System.Globalization;
using System.Text;

namespace ConsulKvTools.Telemetry;

/// <summary>
/// The figures of this process in Prometheus' text format 0.0.4, under the names that OpenTelemetry's exporter makes of the meter's. Counters
/// begin at 0 with the process, as they do in every program; a textfile collector shows them as they were when the file was written.
/// </summary>
internal static class PrometheusText
{
    /// <summary>Names of labels that are ours.</summary>
    private static readonly string[] OwnLabels = ["session", "operation", "outcome", "code", "le", "version"];

    /// <summary>What is wrong with a label's name; null when nothing is.</summary>
    public static string? ProblemOf(string label) =>
        label.Length == 0 || !label.All(letter => letter is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_' or (>= '0' and <= '9')) || label[0] is >= '0' and <= '9'
            ? $"'{Printable.Text(label, 60)}' is no name of a label: it has letters of a to z, digits and underscores, and does not begin with a digit"
        : label.StartsWith("__", StringComparison.Ordinal) ? $"the label '{Printable.Text(label, 60)}' begins with two underscores, which is for Prometheus' own"
        : OwnLabels.Contains(label, StringComparer.Ordinal) ? $"the label '{label}' is one that the metrics have already"
        : null;

    /// <summary>The text.</summary>
    /// <param name="labels">Labels that every line gets; sound ones.</param>
    /// <param name="wanted">Which sessions.</param>
    public static string Of(IReadOnlyList<KeyValuePair<string, string>> labels, Func<string, bool> wanted)
    {
        var text = new StringBuilder();
        var own = string.Concat(labels.Select(label => $"{label.Key}=\"{Escaped(label.Value)}\","));
        var sessions = MetricRegistry.Sessions.Where(session => wanted(session.Name)).ToArray();
        // One look for all families: a count and its histogram agree.
        var rows = sessions.SelectMany(session => session.Table?.All.Select(series => new Row(session.Name, series, series.Durations.Read())) ?? []).Where(row => row.Figures.Count > 0).ToArray();
        Family(text, "consulkv_build_info", "gauge", "The module's version; always 1.");
        text.Append("consulkv_build_info{").Append(own).Append("version=\"").Append(Escaped(Instruments.Version)).Append("\"} 1\n");
        foreach (var (noun, isWrite) in new[] { ("write", true), ("read", false) })
        {
            var all = rows.Where(row => row.Series.IsWrite == isWrite).ToArray();
            Family(text, $"consulkv_{noun}s_total", "counter", isWrite ? "Writes that ended, by outcome and code." : "Reads that ended, by outcome and code.");
            foreach (var row in all) Line(text, $"consulkv_{noun}s_total", own, row.Labels + (row.Series.Code is { } code ? $",code=\"{Escaped(code)}\"" : ""), row.Figures.Count);
            Family(text, $"consulkv_{noun}_duration_seconds", "histogram", isWrite ? "From the beginning of a write to its known outcome, pauses included." : "From the beginning of a read to the end of its answer, pauses included.");
            foreach (var group in all.GroupBy(row => row.Labels, StringComparer.Ordinal)) Histogram(text, $"consulkv_{noun}_duration_seconds", own, group.Key, [.. group.Select(row => row.Figures)]);
            Family(text, $"consulkv_{noun}_bytes_total", "counter", isWrite ? "Bytes of the values of writes that ended." : "Bytes of the answers to reads.");
            foreach (var group in all.GroupBy(row => row.Operation, StringComparer.Ordinal)) Line(text, $"consulkv_{noun}_bytes_total", own, group.Key, group.Sum(row => row.Series.Bytes));
        }
        Family(text, "consulkv_retries_total", "counter", "Attempts and questions that failures made necessary.");
        foreach (var group in rows.GroupBy(row => row.Operation, StringComparer.Ordinal)) Line(text, "consulkv_retries_total", own, group.Key, group.Sum(row => row.Series.Retries));
        Family(text, "consulkv_pending_writes", "gauge", "Writes begun and not ended.");
        foreach (var session in sessions) Line(text, "consulkv_pending_writes", own, SessionLabel(session.Name), session.Pending);
        Family(text, "consulkv_log_lost_lines_total", "counter", "Lines of the write log that could not be written.");
        foreach (var session in sessions) Line(text, "consulkv_log_lost_lines_total", own, SessionLabel(session.Name), session.LostLines);
        return text.ToString();
    }

    private static void Family(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Line(StringBuilder text, string name, string own, string labels, long value) =>
        text.Append(name).Append('{').Append(own).Append(labels).Append("} ").Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static void Histogram(StringBuilder text, string name, string own, string labels, DurationFigures[] figures)
    {
        var below = 0L;
        for (var bound = 0; bound <= DurationHistogram.Bounds.Count; bound++)
        {
            below += figures.Sum(one => one.Below[bound]);
            var limit = bound == DurationHistogram.Bounds.Count ? "+Inf" : DurationHistogram.Bounds[bound].ToString("0.####", CultureInfo.InvariantCulture);
            Line(text, name + "_bucket", own, $"{labels},le=\"{limit}\"", below);
        }
        text.Append(name).Append("_sum{").Append(own).Append(labels).Append("} ").Append(figures.Sum(one => one.Sum.TotalSeconds).ToString("0.#######", CultureInfo.InvariantCulture)).Append('\n');
        // The count is what the buckets say, even while another thread counts on.
        Line(text, name + "_count", own, labels, below);
    }

    private static string SessionLabel(string session) => $"session=\"{Escaped(session)}\"";

    private static string Escaped(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private sealed record Row(string Session, MetricSeries Series, DurationFigures Figures)
    {
        public string Operation { get; } = $"{SessionLabel(Session)},operation=\"{Series.Operation}\"";

        public string Labels => $"{Operation},outcome=\"{Series.Outcome}\"";
    }
}
