using ConsulKvTools.Capacity.Forecasting;

namespace ConsulKvTools.Tests.Capacity;

/// <summary>Forecasts of histories whose truth is known: a course that was made up, and when it reaches the limit.</summary>
public sealed class ForecastTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_straight_line_is_told_to_the_hour()
    {
        var forecast = Of(400, Enumerable.Range(0, 20).Select(day => 100d + 10 * day));

        Assert.Equal(ConsulKvForecastState.Expected, forecast.State);
        Assert.Equal(30, (forecast.Expected!.Value - Start).TotalDays, 0.05);
        Assert.Equal(10, forecast.GrowthPerDay!.Value, 6);
        Assert.InRange((forecast.Latest!.Value - forecast.Earliest!.Value).TotalDays, 0, 0.1);
    }

    [Fact]
    public void Scatter_about_a_line_widens_the_interval_which_holds_the_truth_nineteen_times_in_twenty()
    {
        var (held, told) = Course(300, (random, day) => 1000 + 20 * day + Normal(random) * 60, truth: 50, limit: 2000);
        Assert.True(told >= 290, $"{told} told");
        Assert.True(held >= told * 0.95, $"{held} of {told}");
    }

    [Fact]
    public void One_measurement_in_ten_far_off_does_not_move_it()
    {
        var (held, told) = Course(300, (random, day) => 1000 + 20 * day + Normal(random) * 20 + (random.NextDouble() < 0.1 ? 5000 * random.NextDouble() : 0), truth: 50, limit: 2000, leavesOutUnsettled: true);
        Assert.True(told >= 200, $"{told} told");
        Assert.True(held >= told * 0.95, $"{held} of {told}");
    }

    [Fact]
    public void What_wanders_has_an_interval_that_holds_where_it_goes()
    {
        int held = 0, told = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var walk = new List<double> { 10_000 };
            while (walk.Count < 400) walk.Add(walk[^1] + 50 + Normal(random) * 60);
            var crossing = walk.FindIndex(value => value >= 14_000);
            if (crossing < 41) continue;
            var forecast = Of(14_000, walk.Take(41));
            if (forecast.State is not (ConsulKvForecastState.Expected or ConsulKvForecastState.NotBefore)) continue;
            told++;
            var truth = Start.AddDays(crossing);
            if (forecast.Earliest <= truth && (forecast.Latest is null || truth <= forecast.Latest.Value.AddDays(1))) held++;
        }
        Assert.True(told >= 250, $"{told} told");
        Assert.True(held >= told * 0.9, $"{held} of {told}");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3)]
    [InlineData(-5, 0)]
    public void What_does_not_grow_reaches_nothing(double slope, double scatter)
    {
        var random = new Random(7);
        var forecast = Of(10_000, Enumerable.Range(0, 31).Select(day => 1000 + slope * day + (slope == 0 && scatter > 0 ? scatter * ((day % 2 == 0 ? 1 : -1) * (1 + random.NextDouble())) : 0)));
        Assert.Null(forecast.Expected);
        Assert.Contains(forecast.State, new[] { ConsulKvForecastState.NotGrowing, ConsulKvForecastState.NotBefore });
    }

    [Fact]
    public void After_a_step_only_what_came_since_counts()
    {
        var random = new Random(3);
        var forecast = Of(3900, Enumerable.Range(0, 40).Select(day => 1000 + 10 * day + Normal(random) + (day >= 20 ? 2000 : 0)));

        Assert.Equal(Start.AddDays(20), forecast.From);
        Assert.InRange(forecast.GrowthPerDay!.Value, 9, 11);
        Assert.Contains("since the step of 2026-01-21", forecast.Sentence, StringComparison.Ordinal);
        Assert.InRange((forecast.Expected!.Value - Start).TotalDays, 80, 100);
    }

    [Fact]
    public void After_a_step_only_what_came_since_tells_whether_another_came()
    {
        // Without scatter, and fewer measurements since the step than before it.
        var flat = Of(130_000, [.. Enumerable.Repeat(50_000d, 30), .. Enumerable.Repeat(99_999d, 10), 100_000]);
        Assert.Equal(Start.AddDays(30), flat.From);
        Assert.Equal(ConsulKvForecastState.NotGrowing, flat.State);

        // The last measurement of the day is never at the hour of the others.
        var times = Enumerable.Range(0, 40).Select(day => (double)day).Append(40.02).ToArray();
        var growing = Forecaster.Of(ConsulKvLimit.Keys, 100_060, [.. times.Select(day => Point(Start.AddDays(day), (day < 30 ? 50_000 : 99_880) + 3 * Math.Floor(day)))], point => point.Keys);
        Assert.Equal(Start.AddDays(30), growing.From);
        Assert.Equal(ConsulKvForecastState.Expected, growing.State);
        Assert.Equal(60, (growing.Expected!.Value - Start).TotalDays, 1.0);

        // A leap of its own is still one.
        Assert.Equal(ConsulKvForecastState.Unsettled, Of(130_000, [.. Enumerable.Repeat(50_000d, 30), .. Enumerable.Repeat(99_999d, 10), 110_000]).State);
    }

    [Fact]
    public void A_key_more_in_a_hundred_thousand_is_no_step()
    {
        Assert.Equal(ConsulKvForecastState.NotGrowing, Of(130_000, [.. Enumerable.Repeat(100_000d, 20), 100_001]).State);
        Assert.Equal(Start, Of(130_000, [.. Enumerable.Repeat(100_000d, 20), .. Enumerable.Repeat(100_001d, 4)]).From);
    }

    [Fact]
    public void Two_steps_are_found_each_beside_the_other()
    {
        var random = new Random(4);
        var forecast = Of(90_000, Enumerable.Range(0, 60).Select(day => (day < 20 ? 1000 : day < 45 ? 50_000 : 53_000) + 10 * day + Normal(random)));
        Assert.Equal(Start.AddDays(45), forecast.From);
        Assert.InRange(forecast.GrowthPerDay!.Value, 9, 11);
    }

    [Fact]
    public void A_short_history_that_may_reach_the_limit_soon_says_so()
    {
        var forecast = Of(130_000, Enumerable.Range(0, 7).Select(day => 94_000d + 1000 * day));
        Assert.Equal(ConsulKvForecastState.NotBefore, forecast.State);
        Assert.Equal(Start.AddDays(30), forecast.Earliest);
        Assert.True(forecast.MayBeSoon);
        Assert.False(Of(1_000_000, Enumerable.Range(0, 7).Select(day => 94_000d + 1000 * day)).MayBeSoon);
    }

    [Fact]
    public void Growth_in_steps_is_growth()
    {
        var forecast = Of(2000, Enumerable.Range(0, 60).Select(day => 1000d + 100 * (day / 10)));
        Assert.Equal(Start, forecast.From);
        Assert.InRange(forecast.GrowthPerDay!.Value, 7, 13);
    }

    [Fact]
    public void A_leap_at_the_very_end_may_be_a_step_or_not_and_so_it_is_said()
    {
        var forecast = Of(5000, Enumerable.Range(0, 20).Select(day => 1000d + 10 * day + day % 3).Append(4000));
        Assert.Equal(ConsulKvForecastState.Unsettled, forecast.State);
        Assert.Null(forecast.Expected);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Few_measurements_give_none(int count)
    {
        var forecast = Of(5000, Enumerable.Range(0, count).Select(day => 1000d + day));
        Assert.Equal(ConsulKvForecastState.TooLittleHistory, forecast.State);
        Assert.Contains("needs 5", forecast.Sentence, StringComparison.Ordinal);
        Assert.Null(forecast.GrowthPerDay);
    }

    [Theory]
    [InlineData("line")]
    [InlineData("walk")]
    [InlineData("between")]
    public void The_interval_holds_about_what_it_says_of_few_measurements_as_of_many(string kind)
    {
        foreach (var count in new[] { 5, 6, 8, 10, 15, 19, 20, 25, 30, 40 })
            foreach (var ahead in new[] { 1, 4 })
            {
                const int runs = 300;
                var random = new Random(count);
                var held = 0;
                for (var run = 0; run < runs; run++)
                {
                    var last = (1 + ahead) * count - 1;
                    var off = 0d;
                    var y = Enumerable.Range(0, last + 1).Select(day =>
                    {
                        off = kind switch { "line" => 0, "walk" => off, _ => 0.7 * off } + 2 * Normal(random);
                        return day + off;
                    }).ToArray();
                    var (middle, low, high) = new GrowthCourse([.. Enumerable.Range(0, count).Select(day => (double)day)], y[..count]).At(last);
                    Assert.InRange(middle, low, high);
                    if (low <= y[last] && y[last] <= high) held++;
                }
                Assert.True(held >= runs * 0.9, $"{kind}, {count} measurements, {ahead} times their span ahead: {held} of {runs}");
            }
    }

    [Fact]
    public void Many_measurements_about_a_line_have_the_lines_own_narrow_interval()
    {
        var random = new Random(5);
        var forecast = Of(2000, Enumerable.Range(0, 60).Select(day => 1000 + 10 * day + 5 * Normal(random)));
        Assert.Contains("by Sen", forecast.Method, StringComparison.Ordinal);
        Assert.InRange((forecast.Latest!.Value - forecast.Earliest!.Value).TotalDays, 0.5, 6);
    }

    [Fact]
    public void Five_measurements_have_an_interval_with_two_ends()
    {
        var forecast = Of(120, [100, 104, 107, 112, 115]);
        Assert.Equal(ConsulKvForecastState.Expected, forecast.State);
        Assert.NotNull(forecast.Earliest);
        Assert.All(forecast.Band, point => Assert.True(double.IsFinite(point.Value) && double.IsFinite(point.Low) && double.IsFinite(point.High), $"{point}"));
        var plot = new ConsulKvTools.Diagnosis.Reports.Sections.ReportPlot("h", "d", [(Start, 100), (Start.AddDays(4), 115)], size => $"{size}") { Expected = forecast.Band };
        Assert.DoesNotMatch("NaN|Infinity|∞", string.Concat(ConsulKvTools.Diagnosis.Reports.Html.HtmlPlot.Of(plot)));
    }

    [Theory]
    [InlineData(0.002, "growing by less than 1 key a year")]
    [InlineData(0.003, "growing by 1.1 keys a year")]
    [InlineData(0.02, "growing by 7.3 keys a year")]
    [InlineData(0.5, "growing by 0.5 keys a day")]
    [InlineData(-30, "shrinking by 30 keys a day")]
    public void Slow_growth_is_told_by_the_year(double slope, string told)
    {
        var points = Enumerable.Range(0, 20).Select(step => Point(Start.AddDays(step * 1000), 100_000 + slope * step * 1000)).ToArray();
        Assert.Contains(told, Forecaster.Of(ConsulKvLimit.Keys, 1_000_000, points, point => point.Keys).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_is_reached_by_the_present_also_where_another_clock_was_ahead()
    {
        ConsulKvMeasurePoint[] history = [Point(Start.AddMinutes(1), 2000), Point(Start, 900)];
        Assert.NotEqual(ConsulKvForecastState.Reached, Forecaster.Of(ConsulKvLimit.Keys, 1000, history, point => point.Keys).State);
        Assert.Equal(ConsulKvForecastState.Reached, Forecaster.Of(ConsulKvLimit.Keys, 1000, [.. history.Reverse()], point => point.Keys).State);
    }

    [Fact]
    public void Ten_measurements_of_ten_minutes_tell_nothing_of_next_year()
    {
        var points = Enumerable.Range(0, 10).Select(minute => Point(Start.AddMinutes(minute), 1000 + minute)).ToArray();
        var forecast = Forecaster.Of(ConsulKvLimit.Keys, 1_000_000, points, point => point.Keys);
        Assert.Equal(ConsulKvForecastState.NotBefore, forecast.State);
        Assert.Equal(Start.AddMinutes(45), forecast.Earliest!.Value, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_limit_that_is_reached_is_reached() =>
        Assert.Equal(ConsulKvForecastState.Reached, Of(1000, [900, 1000]).State);

    [Fact]
    public void Thousands_of_measurements_are_no_trouble()
    {
        var points = Enumerable.Range(0, 20_000).Select(hour => Point(Start.AddHours(hour), 1000 + hour)).ToArray();
        var forecast = Forecaster.Of(ConsulKvLimit.Keys, 24_000, points, point => point.Keys);
        Assert.Equal(Start.AddHours(23_000), forecast.Expected!.Value, TimeSpan.FromHours(2));
    }

    private static (int Held, int Told) Course(int series, Func<Random, int, double> course, double truth, long limit, bool leavesOutUnsettled = false)
    {
        int held = 0, told = 0;
        for (var seed = 0; seed < series; seed++)
        {
            var random = new Random(seed);
            var forecast = Of(limit, Enumerable.Range(0, 31).Select(day => course(random, day)));
            if (leavesOutUnsettled && forecast.State is ConsulKvForecastState.Unsettled or ConsulKvForecastState.Reached) continue;
            told++;
            if (forecast.Earliest <= Start.AddDays(truth) && (forecast.Latest is null || forecast.Latest >= Start.AddDays(truth))) held++;
        }
        return (held, told);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static ConsulKvForecast Of(long limit, IEnumerable<double> amounts) =>
        Forecaster.Of(ConsulKvLimit.Keys, limit, [.. amounts.Select((amount, day) => Point(Start.AddDays(day), amount))], point => point.Keys);

    private static ConsulKvMeasurePoint Point(DateTimeOffset time, double keys) => new() { Time = time, Keys = (long)Math.Round(keys), Bytes = 0, StoredBytes = 0, Index = 1 };
}
