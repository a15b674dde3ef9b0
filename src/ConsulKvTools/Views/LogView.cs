using System.Collections;
using System.ComponentModel;
using System.Globalization;
using ConsulKvTools.Capacity;

namespace ConsulKvTools;

/// <summary>What the views of logs call. For views only; the objects themselves keep typed values.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LogView
{
    /// <summary>Counts as a row of small bars, or of digits where the console has no such letters; empty for none.</summary>
    public static string Spark(IEnumerable? counts)
    {
        var all = counts is null ? [] : counts.Cast<object>().Select(count => Convert.ToInt64(count, CultureInfo.InvariantCulture)).ToArray();
        if (View.CanShow("▁█")) return MeasurementText.Spark(all);
        var most = all.DefaultIfEmpty(0).Max();
        return string.Concat(all.Select(count => count == 0 ? "." : ((count * 8 + most - 1) / most + 1).ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The bars with what they span.</summary>
    public static string Bars(ConsulLogFinding found) => found.HistogramStart is { } start && found.HistogramStep is { } step
        ? $"{Spark(found.Histogram)}  {View.Moment(start)} + {found.Histogram.Count} × {DiagnosisText.Time(step)}" : "";

    /// <summary>The code and what it is.</summary>
    public static string Headline(ConsulLogFinding found) => Printable.Text($"{found.Code}: {found.Title}", 400);

    /// <summary>A moment in UTC with its milliseconds; empty for none.</summary>
    public static string Time(object? moment) =>
        moment is not null && Commands.Revival.MomentOf(moment) is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) : "";

    /// <summary>A level as logs write it; empty for none.</summary>
    public static string Level(object? level) => level?.ToString() is { } word and not "None" ? word.ToUpperInvariant() : "";
}
