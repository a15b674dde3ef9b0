using System.Globalization;

namespace ConsulKvTools;

/// <summary>A series of diagnoses as people read it: how often the write would have worked, what stood in its way, how fast each step was.</summary>
public static class SeriesText
{
    /// <summary>The whole series, line by line, without line ends.</summary>
    public static IEnumerable<string> Lines(ConsulDiagnosisSeries series, DiagnosisTextStyle style)
    {
        var count = series.Diagnoses.Count;
        var about = series.Key is null ? "" : $", key {Printable.Text(series.Key, 120)}";
        yield return Cut($"Consul at {Printable.Text(series.Target)}{about}", style);
        yield return $"{count}{(count < series.Requested ? $" of {series.Requested}" : "")} {(count == 1 ? "diagnosis" : "diagnoses")} in {DiagnosisText.Time(series.Duration)}, from {Moment(series.StartedAt)}";
        yield return "";
        var (word, tone) = series switch
        {
            { IsFlapping: true } => ("FLAPPING", DiagnosisTone.Warning),
            { FaultyCount: 0, DegradedCount: 0 } => ("HEALTHY", DiagnosisTone.Good),
            { FaultyCount: 0 } => ("DEGRADED", DiagnosisTone.Warning),
            { HealthyCount: 0, DegradedCount: 0 } => ("FAULTY", DiagnosisTone.Bad),
            _ => ("CHANGED", DiagnosisTone.Warning),
        };
        var counts = $"  {series.HealthyCount} healthy, {series.DegradedCount} degraded, {series.FaultyCount} faulty;";
        var course = $" available {DiagnosisText.Percent(series.Availability)}; the answer changed {Times(series.Changes)}";
        if (word.Length + counts.Length + course.Length <= style.Width) yield return style.Paint(tone, word) + counts + course;
        else
        {
            yield return style.Paint(tone, word) + counts;
            yield return new string(' ', word.Length + 1) + course;
        }
        foreach (var cause in series.Causes)
        {
            yield return Cut($"  {cause.Count.ToString(CultureInfo.InvariantCulture).PadLeft(4)} of {count} ({DiagnosisText.Percent(cause.Share)})  {cause.Code}, {Seen(cause)}", style);
            yield return Cut($"        {Printable.Text(cause.Title)}", style);
        }
        yield return "";
        yield return Row("Probe", "Layer", "runs", "min", "p50", "p90", "p99", "max");
        foreach (var row in series.Probes) yield return Row(row);
        yield return "";
        yield return Row("Layer", "", "runs", "min", "p50", "p90", "p99", "max");
        foreach (var row in series.Layers) yield return Row(row, withLayer: false);
        yield return "  Percentiles by nearest rank: each is a time that was measured.";
    }

    private static string Seen(ConsulDiagnosisCause cause) =>
        cause.Count == 1 ? $"at {Moment(cause.FirstSeen)}" : $"from {Moment(cause.FirstSeen)} to {Moment(cause.LastSeen)}";

    private static string Row(LatencySummary row, bool withLayer = true) => Row(row.Name, withLayer ? row.Layer.ToString() : "", row.Count.ToString(CultureInfo.InvariantCulture),
        DiagnosisText.Time(row.Minimum), DiagnosisText.Time(row.P50), DiagnosisText.Time(row.P90), DiagnosisText.Time(row.P99), DiagnosisText.Time(row.Maximum));

    private static string Row(string name, string layer, string runs, params string[] times) =>
        $"  {Printable.Text(name).PadRight(14)}{layer.PadRight(14)}{runs.PadLeft(5)}" + string.Concat(times.Select(time => time.PadLeft(8)));

    private static string Times(int count) => count switch { 0 => "never", 1 => "once", _ => $"{count} times" };

    private static string Moment(DateTimeOffset moment) => moment.ToUniversalTime().ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Cut(string line, DiagnosisTextStyle style) => line.Length <= style.Width ? line : line.Substring(0, Math.Max(40, style.Width) - 3) + "...";
}
