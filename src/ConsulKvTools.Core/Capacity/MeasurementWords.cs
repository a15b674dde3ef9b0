using System.Globalization;
using ConsulKvTools.Capacity.Forecasting;
using ConsulKvTools.Diagnosis.Host;

namespace ConsulKvTools.Capacity;

/// <summary>What views and reports say of a measurement in the same words.</summary>
internal static class MeasurementWords
{
    private const double Near = 0.8;

    /// <summary>A limit for people.</summary>
    public static string Name(ConsulKvLimit limit) => limit switch
    {
        ConsulKvLimit.Value => "Largest value",
        ConsulKvLimit.RaftEntry => "Largest raft entry",
        ConsulKvLimit.TransactionBytes => "One prefix in one transaction, bytes",
        ConsulKvLimit.TransactionOperations => "One prefix in one transaction, operations",
        ConsulKvLimit.Children => "One level's keys and folders",
        ConsulKvLimit.StoredBytes => "Stored bytes",
        _ => "Keys",
    };

    /// <summary>How much is used, and of how much.</summary>
    public static string Use(ConsulKvLimitUse use) => use.Maximum is { } limit ? $"{Size(use, use.Used)} of {Size(use, limit)}" : Size(use, use.Used);

    /// <summary>An amount in the limit's unit.</summary>
    public static string Size(ConsulKvLimitUse use, long amount) => use.IsBytes ? ByteText.Of(amount) : amount.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share of a whole: <c>12.3 %</c>; empty for null.</summary>
    public static string Share(double? share) => share is { } known ? string.Format(CultureInfo.InvariantCulture, known is > 0 and < 0.0005 ? "< 0.1 %" : known >= 10 ? "{0:N0} %" : "{0:0.#} %", known * 100) : "";

    /// <summary>How grave it is. A prefix that does not fit into one transaction only cannot be written at once.</summary>
    public static DiagnosisTone ToneOf(ConsulKvLimitUse use) => use switch
    {
        { Share: null } => DiagnosisTone.Dim,
        { Limit: ConsulKvLimit.TransactionBytes or ConsulKvLimit.TransactionOperations } => use.Share > 1 ? DiagnosisTone.Dim : DiagnosisTone.Good,
        { Share: > 1, Limit: not ConsulKvLimit.RaftEntry } => DiagnosisTone.Bad,
        { Share: >= 1, Limit: ConsulKvLimit.StoredBytes or ConsulKvLimit.Keys } => DiagnosisTone.Bad,
        { Share: >= Near } => DiagnosisTone.Warning,
        _ => DiagnosisTone.Good,
    };

    /// <summary>How grave a forecast is.</summary>
    /// <param name="forecast">The forecast.</param>
    /// <param name="now">When it was made.</param>
    public static DiagnosisTone ToneOf(ConsulKvForecast forecast, DateTimeOffset now) => forecast.State switch
    {
        ConsulKvForecastState.Reached => DiagnosisTone.Bad,
        ConsulKvForecastState.Expected when forecast.Expected < now.AddDays(Forecaster.SoonDays) => DiagnosisTone.Warning,
        // A short history tells of no day, and so of no peace either.
        ConsulKvForecastState.NotBefore when forecast.MayBeSoon => DiagnosisTone.Warning,
        ConsulKvForecastState.Expected or ConsulKvForecastState.NotBefore or ConsulKvForecastState.NotGrowing => DiagnosisTone.Good,
        _ => DiagnosisTone.Dim,
    };

    /// <summary>The gravest of all limits and of the forecasts of limits.</summary>
    public static DiagnosisTone ToneOf(ConsulKvMeasurement measured)
    {
        var all = measured.Limits.Select(ToneOf).Concat(measured.Forecasts.Where(forecast => forecast.Maximum is not null).Select(forecast => ToneOf(forecast, measured.Time))).ToArray();
        return all.Contains(DiagnosisTone.Bad) ? DiagnosisTone.Bad : all.Contains(DiagnosisTone.Warning) || measured.IsPartial ? DiagnosisTone.Warning : DiagnosisTone.Good;
    }

    /// <summary>What a measurement amounts to, in a word or two with its mark.</summary>
    public static string Badge(ConsulKvMeasurement measured) => ToneOf(measured) switch
    {
        DiagnosisTone.Bad => "✗ A limit is reached",
        DiagnosisTone.Warning when measured.IsPartial => "! Keys may be hidden",
        DiagnosisTone.Warning when measured.Limits.Any(use => ToneOf(use) == DiagnosisTone.Warning) => "! Close to a limit",
        DiagnosisTone.Warning => $"! A limit {(SoonExpected(measured) ? "is expected" : "may be reached")} within {Forecaster.SoonDays} days",
        _ => "✓ Within limits",
    };

    private static bool SoonExpected(ConsulKvMeasurement measured) =>
        measured.Forecasts.Any(forecast => forecast is { Maximum: not null, State: ConsulKvForecastState.Expected } && ToneOf(forecast, measured.Time) == DiagnosisTone.Warning);

    /// <summary>A class of sizes.</summary>
    public static string Class(ConsulKvSizeClass size) => size.To <= 1 ? ByteText.Of(size.From) : $"{ByteText.Of(size.From)} to {ByteText.Of(size.To + 1)}";

    /// <summary>What the forecasts say, each sentence once: that there is too little history is so of bytes and keys alike.</summary>
    public static IEnumerable<string> Forecasts(ConsulKvMeasurement measured) => measured.Forecasts.Select(forecast => forecast.Sentence).Distinct(StringComparer.Ordinal);

    /// <summary>What was measured.</summary>
    public static string Place(ConsulKvMeasurement measured) =>
        (measured.IsPartial ? "what the token may read " : "") + (measured.Prefix.Length == 0 ? measured.IsPartial ? "of the store" : "the whole store" : $"below {Printable.Text(measured.Prefix, 200)}");

    /// <summary>What changed: <c>2 created, 1 changed, 3 removed</c>.</summary>
    public static string Changes(ConsulKvChurn churn) =>
        string.Format(CultureInfo.InvariantCulture, "{0:N0} created, {1:N0} changed, {2}", churn.Created, churn.Changed, churn.Removed is { } removed ? $"{Number(removed)} removed" : "removed not known");

    /// <summary>A whole number with its thousands.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The measurement in one sentence.</summary>
    public static string Sentence(ConsulKvMeasurement measured)
    {
        var grave = measured.Limits.Where(use => ToneOf(use) is DiagnosisTone.Bad or DiagnosisTone.Warning).OrderByDescending(use => use.Share).FirstOrDefault()
            ?? measured.Limits.FirstOrDefault(use => use.Limit == ConsulKvLimit.Value);
        var limit = grave is null || measured.Keys == 0 ? "" : $" {Name(grave.Limit)}: {Use(grave)}, {Share(grave.Share)}.";
        var forecast = measured.Forecasts.FirstOrDefault(one => one.Maximum is not null && one.State != ConsulKvForecastState.Reached);
        return $"{Amount.Of(measured.Keys, "key")} in {ByteText.Of(measured.StoredBytes)}{(measured.IsPartial ? ", of what the token may read" : "")}.{limit}{(forecast is null ? "" : " " + forecast.Sentence)}";
    }
}
