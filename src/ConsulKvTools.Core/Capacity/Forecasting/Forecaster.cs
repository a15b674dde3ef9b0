using System.Globalization;
using ConsulKvTools.Diagnosis.Host;

namespace ConsulKvTools.Capacity.Forecasting;

/// <summary>Says when a limit is reached, as far as a history lets one say it.</summary>
internal static class Forecaster
{
    /// <summary>Fewer have no interval: five points in a row rise by chance once in a hundred times.</summary>
    public const int FewestPoints = 5;

    /// <summary>What lies nearer wants somebody's attention; for what lies years ahead there is time.</summary>
    public const int SoonDays = 90;

    // Beyond, a course of the past is no witness any more.
    private const double Ahead = 4;
    private const double Never = 36525;
    private const double Year = 365.25;
    private const int MostPoints = 200;
    private const int PlottedPoints = 24;

    /// <summary>The forecast.</summary>
    /// <param name="limit">What is limited.</param>
    /// <param name="maximum">The limit; null tells the growth only.</param>
    /// <param name="history">The measurements by time; the last is the present, also where another clock was ahead.</param>
    /// <param name="amount">How much a measurement says there is.</param>
    /// <param name="isPartial">True when rules hid keys, or may have.</param>
    public static ConsulKvForecast Of(ConsulKvLimit limit, long? maximum, IReadOnlyList<ConsulKvMeasurePoint> history, Func<ConsulKvMeasurePoint, double> amount, bool isPartial = false)
    {
        var isBytes = limit == ConsulKvLimit.StoredBytes;
        string Size(double size) => SizeText(isBytes, size);
        var name = isPartial ? isBytes ? "What the token sees of the store" : "The number of keys that the token sees" : isBytes ? "The store" : "The number of keys";
        var points = Thinned(Distinct(history));
        var forecast = new ConsulKvForecast { Limit = limit, Maximum = maximum, State = ConsulKvForecastState.TooLittleHistory, Points = points.Count, Method = "None: too little history.", Sentence = "" };
        if (points.Count > 0 && maximum is { } full && amount(history[history.Count - 1]) >= full)
            return forecast with { State = ConsulKvForecastState.Reached, Method = "None: the last measurement tells.", Sentence = $"{name} has reached the limit of {Size(full)} already." };
        if (points.Count < FewestPoints)
            return forecast with { Sentence = $"Too little history: {Amount.Of(points.Count, "measurement")} at different times, and a forecast needs {FewestPoints}." };

        var first = points[0].Time;
        var (x, y) = Series(points, first, amount);
        var (start, isUnsettled) = StepSearch.Of(x, y);
        if (start > 0)
        {
            points = points.Skip(start).ToList();
            (x, y) = Series(points, first, amount);
        }
        forecast = forecast with { Points = points.Count, From = points[0].Time };
        var since = start > 0 ? $" since the step of {Day(points[0].Time, points)}" : "";
        if (points.Count < FewestPoints)
            return forecast with { Sentence = $"Too little history{since}: {Amount.Of(points.Count, "measurement")}, and a forecast needs {FewestPoints}." };

        var course = new GrowthCourse(x, y);
        var last = x[x.Length - 1];
        var end = last + Ahead * (last - x[0]);
        DateTimeOffset? Moment(double? days) => days is { } known && known < Never ? first.AddDays(known) : null;
        forecast = forecast with
        {
            GrowthPerDay = course.Slope,
            Method = $"Theil–Sen slope of {points.Count} measurements{since}, 95 % interval {(course.IsScattering ? "by Sen, with the scatter about the line" : "the wider of Sen's, with the scatter about the line, and that of a random walk with drift")}.",
        };
        var growth = $"{(course.Slope > 0 ? "growing" : "shrinking")} by {Rate(isBytes, Math.Abs(course.Slope))}{since}";
        if (isUnsettled)
            return forecast with { State = ConsulKvForecastState.Unsettled, Sentence = "The last measurements left the course of those before: a step or an outlier, which the next ones will tell." };
        if (course.Slope <= 0) return forecast with { State = ConsulKvForecastState.NotGrowing, Band = Band(course, last, last + (last - x[0]), first), Sentence = course.Slope == 0 ? $"{name} does not grow{since}." : $"{name} does not grow ({growth})." };
        if (maximum is not { } most)
            return forecast with { State = ConsulKvForecastState.NoLimit, Band = Band(course, last, last + (last - x[0]), first), Sentence = $"{name} is {growth}; no limit was given." };

        var earliest = course.Reaches(most, end, at => at.High);
        var expected = course.Reaches(most, end, at => at.Middle);
        var latest = course.Reaches(most, end, at => at.Low);
        var shown = Band(course, last, Math.Min(end, Math.Max(last + (last - x[0]) / 2, latest ?? expected ?? end)), first);
        string Tell(double? days) => Day(Moment(days)!.Value, points);
        if (expected is null || Moment(expected) is null)
        {
            var bound = earliest ?? end;
            return forecast with
            {
                State = ConsulKvForecastState.NotBefore,
                Earliest = Moment(bound),
                MayBeSoon = course.Reaches(most, last + SoonDays, at => at.High) is not null,
                Band = shown,
                Sentence = $"{name} reaches {Size(most)} not before {(Moment(bound) is null ? "a hundred years" : Tell(bound))}, {growth}; more this history does not tell.",
            };
        }
        return forecast with
        {
            State = ConsulKvForecastState.Expected,
            Expected = Moment(expected),
            Earliest = Moment(earliest),
            Latest = Moment(latest),
            Band = shown,
            Sentence = $"{name} reaches {Size(most)} about {Tell(expected)}, {(latest is null ? $"not before {Tell(earliest)}" : $"between {Tell(earliest)} and {Tell(latest)}")}, {growth}.",
        };
    }

    /// <summary>A size in words.</summary>
    public static string SizeText(bool isBytes, double size) => isBytes ? ByteText.Of((long)Math.Round(size)) : size < 10 && size != Math.Floor(size) ? string.Format(CultureInfo.InvariantCulture, "{0:0.#} keys", size) : Amount.Of((long)Math.Round(size), "key");

    // What is nothing in a day may be something in a year.
    private static string Rate(bool isBytes, double daily)
    {
        if (daily >= (isBytes ? 1 : 0.1)) return $"{SizeText(isBytes, daily)} a day";
        return daily * Year >= 1 ? $"{SizeText(isBytes, daily * Year)} a year" : $"less than {SizeText(isBytes, 1)} a year";
    }

    private static string Day(DateTimeOffset time, IReadOnlyList<ConsulKvMeasurePoint> points) =>
        time.ToString(points[points.Count - 1].Time - points[0].Time < TimeSpan.FromDays(2) ? "yyyy-MM-dd HH:mm zzz" : "yyyy-MM-dd", CultureInfo.InvariantCulture);

    // Of two at one time the later line.
    private static List<ConsulKvMeasurePoint> Distinct(IEnumerable<ConsulKvMeasurePoint> history) =>
        history.OrderBy(point => point.Time).GroupBy(point => point.Time).Select(same => same.Last()).ToList();

    // Pairs are squares: of very many every second, third and so on is enough, the last always.
    private static List<ConsulKvMeasurePoint> Thinned(List<ConsulKvMeasurePoint> points)
    {
        var each = (points.Count + MostPoints - 1) / MostPoints;
        return each <= 1 ? points : points.Where((_, index) => (points.Count - 1 - index) % each == 0).ToList();
    }

    private static (double[] X, double[] Y) Series(IReadOnlyList<ConsulKvMeasurePoint> points, DateTimeOffset first, Func<ConsulKvMeasurePoint, double> amount) =>
        ([.. points.Select(point => (point.Time - first).TotalDays)], [.. points.Select(amount)]);

    private static List<(DateTimeOffset, double, double, double)> Band(GrowthCourse course, double from, double to, DateTimeOffset first) =>
        Enumerable.Range(0, PlottedPoints + 1).Select(index => from + (to - from) * index / PlottedPoints)
            .Where(x => x < Never)
            .Select(x => (first.AddDays(x), course.At(x)))
            .Select(at => (at.Item1, Math.Max(0, at.Item2.Middle), Math.Max(0, at.Item2.Low), Math.Max(0, at.Item2.High))).ToList();
}
