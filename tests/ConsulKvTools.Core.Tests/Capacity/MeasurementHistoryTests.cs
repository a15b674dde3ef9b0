using System.Globalization;
using ConsulKvTools.Capacity;
using ConsulKvTools.Capacity.History;
using ConsulKvTools.Diagnosis.Reports;

namespace ConsulKvTools.Tests.Capacity;

/// <summary>The file of a history, and what is said of moments and spans in it.</summary>
public sealed class MeasurementHistoryTests : IDisposable
{
    private static readonly StoreIdentity Store = new("http://127.0.0.1:8500", null, null, null, "app/");
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 9, 5, 3, TimeSpan.Zero);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consulkvtools-history-");

    private string File => Path.Combine(folder.FullName, "history.jsonl");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Of_many_who_measure_at_once_nobody_loses_a_line()
    {
        const int writers = 8, each = 12;
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() =>
        {
            for (var line = 0; line < each; line++)
            {
                MeasurementHistory.Add(File, Line(Now.AddMinutes(-1 - writer * each - line)));
                // Whoever reads meanwhile waits too, and sees whole lines only.
                Assert.Empty(MeasurementHistory.Read(File, Store, Now).Problems);
            }
        }, TestContext.Current.CancellationToken)));

        var history = MeasurementHistory.Read(File, Store, Now);
        Assert.Empty(history.Problems);
        Assert.Equal(writers * each, history.Points(isPartial: false).Count());
    }

    [Fact]
    public void A_clock_that_is_a_little_ahead_is_no_problem()
    {
        MeasurementHistory.Add(File, Line(Now.AddMinutes(2)));
        MeasurementHistory.Add(File, Line(Now.AddMinutes(20)));
        var history = MeasurementHistory.Read(File, Store, Now);
        Assert.Equal(2, Assert.Single(history.Problems).Line);
        Assert.Single(history.Points(isPartial: false));
    }

    [Fact]
    public void A_store_differs_by_address_datacenter_namespace_partition_and_prefix()
    {
        Assert.Equal("'app/' at http://127.0.0.1:8500", Store.ToString());
        var others = new[] { Store with { Address = "http://b" }, Store with { Datacenter = "dc2" }, Store with { Namespace = "n" }, Store with { Partition = "p" }, Store with { Prefix = "" } };
        Assert.All(others, other => Assert.NotEqual(Store, other));
        Assert.Equal(others.Length, others.Select(other => other.ToString()).Distinct().Count());
    }

    [Fact]
    public void Moments_are_told_the_same_in_every_culture()
    {
        // What Finnish, Arabic and Thai change: the separators, the digits' groups and, where the machine knows of it, the calendar.
        var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (other.DateTimeFormat.TimeSeparator, other.DateTimeFormat.DateSeparator, other.NumberFormat.NumberGroupSeparator) = (".", "/", "\u00a0");
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = other;
        try
        {
            Assert.Equal("2026-11-23 09:05:03 +00:00: 1,200 keys", new ConsulKvMeasurePoint { Time = Now, Keys = 1200, Bytes = 0, StoredBytes = 0, Index = 1 }.ToString());
            var churn = new ConsulKvChurn { Since = Now, Elapsed = TimeSpan.FromDays(1.5), Created = 1200, Changed = 0, Removed = null, StoredBytesGrown = 0, IndexDistance = 0 };
            Assert.Equal("1,200 created, 0 changed, removed not known since 2026-11-23 09:05:03 +00:00", churn.ToString());
            Assert.Equal("1,200 created, 0 changed, 2 removed", MeasurementWords.Changes(churn with { Removed = 2 }));
            Assert.Equal("1 d 12:00:00", DiagnosisText.Time(churn.Elapsed));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(60, "0:01:00")]
    [InlineData(86_399, "23:59:59")]
    [InlineData(86_400, "1 d 0:00:00")]
    [InlineData(400 * 86_400 + 3_661, "400 d 1:01:01")]
    public void A_span_keeps_its_days(int seconds, string told) => Assert.Equal(told, DiagnosisText.Time(TimeSpan.FromSeconds(seconds)));

    private static HistoryLine Line(DateTimeOffset time) => new(Store, time, 1, 1, 1, 1, IsPartial: false);
}
