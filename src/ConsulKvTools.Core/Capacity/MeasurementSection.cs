using ConsulKvTools.Capacity.Forecasting;
using ConsulKvTools.Diagnosis.Host;
using ConsulKvTools.Diagnosis.Reports;
using ConsulKvTools.Diagnosis.Reports.Sections;

namespace ConsulKvTools.Capacity;

/// <summary>A measurement as a part of a report.</summary>
internal static class MeasurementSection
{
    private const int ShownHistory = 30;

    /// <summary>The section.</summary>
    public static ReportSection Of(ConsulKvMeasurement measured) => new(
        "Consul KV measurement", measured.Prefix.Length == 0 ? measured.Target : $"{measured.Target} {measured.Prefix}",
        MeasurementWords.ToneOf(measured), MeasurementWords.Badge(measured), MeasurementWords.Sentence(measured),
        [("Taken", ReportWords.Moment(measured.Time)), ("Took", DiagnosisText.Time(measured.Duration)), ("Read", measured.Consistency.ToString())],
        [.. Blocks(measured)]);

    private static IEnumerable<ReportBlock> Blocks(ConsulKvMeasurement measured)
    {
        yield return new ReportValues("Size",
        [
            ("Keys", Number(measured.Keys)), ("Values", ByteText.Of(measured.Bytes)), ("Names", ByteText.Of(measured.KeyBytes)),
            ("In a snapshot", ByteText.Of(measured.StoredBytes)), ("Half of the values are", measured.MedianClass is { } median ? $"no larger than {ByteText.Of(median.To)}" : "none"), ("Index", Number((long)measured.Index)),
        ]);
        yield return new ReportBars("Limits", "Limit", "Used",
            [.. measured.Limits.Where(use => use.Share is not null).Select(use => new ReportBar(MeasurementWords.Name(use.Limit), Math.Min(1, use.Share!.Value), $"{MeasurementWords.Use(use)} ({MeasurementWords.Share(use.Share)})", MeasurementWords.ToneOf(use)))], 1);
        yield return new ReportTable("What uses the most of each", [new("Limit"), new("Key or prefix", ReportColumnStyle.Code), new("Used", ReportColumnStyle.Number), new("Limit's source")],
            [.. measured.Limits.Where(use => use.Subject is not null).Select(use => new ReportRow([MeasurementWords.Name(use.Limit), use.Subject!.Length == 0 ? "(all)" : use.Subject, MeasurementWords.Use(use), use.Source]))]);
        // Without a course there is no plot, and most often one reason for all.
        if (measured.History.Count < 2 && measured.Forecasts.Count > 0) yield return new ReportText("Over time", [.. MeasurementWords.Forecasts(measured)]);
        foreach (var forecast in measured.History.Count < 2 ? [] : measured.Forecasts)
        {
            var name = forecast.Limit == ConsulKvLimit.StoredBytes ? "Stored bytes over time" : "Keys over time";
            yield return Plot(measured, forecast, name);
        }
        if (measured.Forecasts.Any(forecast => forecast.State != ConsulKvForecastState.TooLittleHistory))
            yield return new ReportText("How the forecast was made", [.. measured.Forecasts.Select(forecast => $"{(forecast.Limit == ConsulKvLimit.StoredBytes ? "Stored bytes" : "Keys")}: {forecast.Method}")]);
        if (measured.Churn is { } churn)
            yield return new ReportValues("Changes since the measurement before",
            [
                ("Since", ReportWords.Moment(churn.Since)), ("Created", Number(churn.Created)), ("Changed", Number(churn.Changed)), ("Removed", churn.Removed is { } removed ? Number(removed) : "not known"),
                ("Grown by", $"{(churn.StoredBytesGrown < 0 ? "-" : "")}{ByteText.Of(Math.Abs(churn.StoredBytesGrown))}"), ("Raft entries meanwhile", Number((long)churn.IndexDistance)),
            ]);
        if (measured.SizeClasses.Count > 0)
            yield return new ReportBars("Sizes of values", "Size", "Keys", [.. measured.SizeClasses.Select(size => new ReportBar(MeasurementWords.Class(size), size.Keys, Number(size.Keys)))]);
        if (measured.Prefixes.Count > 0) yield return Prefixes("Largest prefixes", measured.Prefixes);
        if (measured.LargestKeys.Count > 0)
            yield return new ReportTable("Largest values", [new("Key", ReportColumnStyle.Code), new("Size", ReportColumnStyle.Number), new("ModifyIndex", ReportColumnStyle.Number)],
                [.. measured.LargestKeys.Select(key => new ReportRow([key.Key, ByteText.Of(key.Bytes), Number((long)key.ModifyIndex)]))]);
        if (measured.DeepestPrefixes.Count > 0) yield return Prefixes("Deepest prefixes", measured.DeepestPrefixes);
        if (measured.History.Count > 1)
            yield return new ReportTable(measured.History.Count > ShownHistory ? $"The last {ShownHistory} of {Number(measured.History.Count)} measurements" : "Measurements",
                [new("Time"), new("Keys", ReportColumnStyle.Number), new("Values", ReportColumnStyle.Number), new("Stored", ReportColumnStyle.Number)],
                [.. measured.History.Skip(measured.History.Count - ShownHistory).Select(point => new ReportRow([ReportWords.Moment(point.Time), Number(point.Keys), ByteText.Of(point.Bytes), ByteText.Of(point.StoredBytes)]))]);
        if (measured.HistoryProblems.Count > 0)
            yield return new ReportTable("Lines of the history that could not be used", [new("Line", ReportColumnStyle.Number), new("What is wrong")],
                [.. measured.HistoryProblems.Select(problem => new ReportRow([Number(problem.Line), problem.Problem]))]);
    }

    private static ReportPlot Plot(ConsulKvMeasurement measured, ConsulKvForecast forecast, string name)
    {
        var isBytes = forecast.Limit == ConsulKvLimit.StoredBytes;
        double Amount(ConsulKvMeasurePoint point) => isBytes ? point.StoredBytes : point.Keys;
        string Size(double size) => Forecaster.SizeText(isBytes, size);
        var first = measured.History[0];
        var last = measured.History[measured.History.Count - 1];
        return new ReportPlot(name,
            $"From {Size(Amount(first))} on {ReportWords.Moment(first.Time)} to {Size(Amount(last))} on {ReportWords.Moment(last.Time)}, {Number(measured.History.Count)} measurements. {forecast.Sentence}"
                + (forecast.Band.Count == 0 ? "" : " The dashed line is what is expected, the shade its interval."),
            [.. measured.History.Select(point => (point.Time, Amount(point)))], Size)
        {
            Expected = forecast.Band,
            Limit = forecast.Maximum,
            LimitName = forecast.Maximum is { } limit ? $"limit {Size(limit)}" : "",
            IsBinary = isBytes,
        };
    }

    private static ReportTable Prefixes(string heading, IReadOnlyList<ConsulKvPrefixSize> prefixes) =>
        new(heading, [new("Prefix", ReportColumnStyle.Code), new("Level", ReportColumnStyle.Number), new("Keys", ReportColumnStyle.Number), new("Stored", ReportColumnStyle.Number), new("Share", ReportColumnStyle.Number)],
            [.. prefixes.Select(prefix => new ReportRow([prefix.Prefix, Number(prefix.Level), Number(prefix.Keys), ByteText.Of(prefix.StoredBytes), MeasurementWords.Share(prefix.Share)]))]);

    private static string Number(long number) => MeasurementWords.Number(number);
}
