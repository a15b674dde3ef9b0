using System.Globalization;
using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Logs;

/// <summary>What is said of logs that tell nothing: no output shall not read as "all is well" where nothing of Consul's was looked at.</summary>
internal static class LogSilence
{
    private const int MostNames = 3;

    /// <summary>Sentences, each a warning of its own; none where Consul's lines were read within the time that was asked for.</summary>
    /// <param name="sources">What was read to its end.</param>
    /// <param name="request">What was asked for.</param>
    public static IEnumerable<string> Of(IReadOnlyList<LogSource> sources, LogSearchRequest request)
    {
        foreach (var source in sources)
            if (source.Remark is { } remark) yield return remark;
        if (sources.Count == 0) yield break;
        var spoke = sources.Where(source => source.Line > 0).ToArray();
        var lines = spoke.Sum(source => source.Line);
        if (spoke.Length == 0) yield return $"No line came from {Names(sources)}{Window(request)}.{WayOn(sources)}";
        else if (Window(request).Length > 0 && spoke.All(source => source.Within == 0) && (Times(spoke) is not null || spoke.Any(source => source.Recognised > 0)))
            yield return Times(spoke) is { } times
                ? $"{Amount.Of(lines, "line")} read from {Names(spoke)}, and none lies{Window(request)}: {(lines == 1 ? $"it is of {Moment(times.First)}" : $"the first is of {Moment(times.First)}, the last of {Moment(times.Last)}")}."
                : $"{Amount.Of(lines, "line")} read from {Names(spoke)}, and none of them says its time, so none counts{Window(request)}. Leave -Since and -Until out to search all of it.";
        else if (spoke.All(source => source.Recognised == 0))
            yield return $"{Amount.Of(lines, "line")} read from {Names(spoke)}, and none of them was recognised as Consul's.{WayOn(spoke)}";
        else if (spoke.Where(source => source is { Recognised: 0, Within: > 0 }).ToArray() is { Length: > 0 } strange)
            yield return $"In {strange.Length:N0} of {Amount.Of(sources.Count, "log")} no line was recognised as Consul's: {Names(strange)}.{WayOn(strange)}";
    }

    private static (DateTimeOffset First, DateTimeOffset Last)? Times(IEnumerable<LogSource> sources)
    {
        var told = sources.Where(source => source.Earliest is not null).ToArray();
        return told.Length == 0 ? null : (told.Min(source => source.Earliest!.Value), told.Max(source => source.Latest!.Value));
    }

    private static string Window(LogSearchRequest request) => (request.Since, request.Until) switch
    {
        ({ } since, { } until) => $" between {Moment(since)} and {Moment(until)}",
        ({ } since, null) => $" after {Moment(since)}",
        (null, { } until) => $" before {Moment(until)}",
        _ => "",
    };

    private static string Moment(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);

    private static string Names(IReadOnlyList<LogSource> sources) =>
        string.Join(", ", sources.Take(MostNames).Select(source => Printable.Text(source.Name, 200))) + (sources.Count > MostNames ? $" and {sources.Count - MostNames:N0} more" : "");

    private static string WayOn(IEnumerable<LogSource> sources) => sources.Select(source => source.WayOn).FirstOrDefault(way => way is not null) is { } way ? " " + way : "";
}
