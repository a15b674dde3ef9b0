using System.Globalization;
using ConsulKvTools.Diagnosis.Reports;
using ConsulKvTools.Diagnosis.Reports.Sections;

namespace ConsulKvTools.Logs;

/// <summary>A finding of a log as a part of a report.</summary>
internal static class LogSection
{
    private const int ShownEvents = 50;

    /// <summary>The section.</summary>
    public static ReportSection Of(ConsulLogFinding found) => new(
        "Consul log", found.Code, DiagnosisText.ToneOf(found.Severity), string.Format(CultureInfo.InvariantCulture, "{0:N0} × {1}", found.Count, found.Severity), ReportWords.Sentence(found.Title),
        [.. Meta(found)], [.. Blocks(found)]);

    private static IEnumerable<(string, string)> Meta(ConsulLogFinding found)
    {
        if (found.FirstSeen is { } first) yield return ("First", ReportWords.Moment(first));
        if (found.LastSeen is { } last) yield return ("Last", ReportWords.Moment(last));
        if (found.Nodes.Count > 0) yield return ("Nodes", string.Join(", ", found.Nodes));
    }

    private static IEnumerable<ReportBlock> Blocks(ConsulLogFinding found)
    {
        if (found.HistogramStart is { } start && found.HistogramStep is { } step && found.Histogram.Count > 0)
            yield return new ReportBars("Over time", "From", "Count", [.. found.Histogram.Select((count, index) =>
                new ReportBar((start + TimeSpan.FromTicks(step.Ticks * index)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), count, count.ToString("N0", CultureInfo.InvariantCulture)))]);
        if (found.Events.Count > 0)
            yield return new ReportTable(found.Events.Count > ShownEvents ? $"The first {ShownEvents} of {found.Events.Count} events" : "Events", [new("Time"), new("Node"), new("What happened")],
                [.. found.Events.Take(ShownEvents).Select(one => new ReportRow([one.Time is { } time ? ReportWords.Moment(time) : "", one.Node ?? "", one.Text]))]);
        if (found.Sample is not null) yield return new ReportTable("A line of them", [new("Line", ReportColumnStyle.Code), new("Where")], [new([found.Sample, found.SampleSource ?? ""])]);
        yield return new ReportText("What to do", found.Finding.Cause, found.Finding.Remedy);
    }
}
