using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ConsulKvTools.Tests.Telemetry;

/// <summary>What collectors that are not ours see of a write, set up as their own pages say.</summary>
[Collection(AclAgentTests.Name)]
public sealed class CollectorTests(AclAgentFixture lab)
{
    private readonly string name = "collector-" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task OpenTelemetry_takes_the_meter_by_its_name()
    {
        var collected = new List<MetricSnapshot>();
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter("ConsulKvTools").AddInMemoryExporter(collected).Build();
        await WriteAsync();
        Assert.True(provider.ForceFlush());

        Assert.Equal(["Put Failed Key.LeadingSlash 1", "Put Written 2"], Points(collected, "consulkv.writes")
            .Select(point => $"{Tag(point, "operation")} {Tag(point, "outcome")}{(Tag(point, "code") is { } code ? " " + code : "")} {point.GetSumLong()}").Order(StringComparer.Ordinal));
        Assert.Equal(2, Assert.Single(Points(collected, "consulkv.write.duration"), point => Tag(point, "outcome") == "Written").GetHistogramCount());
        Assert.Equal(0, Assert.Single(Points(collected, "consulkv.pending_writes")).GetSumLong());
        Assert.Equal("s", collected.First(metric => metric.Name == "consulkv.write.duration").Unit);
    }

    [Fact]
    public async Task OpenTelemetry_takes_the_spans_by_their_name()
    {
        var collected = new List<Activity>();
        using (var provider = Sdk.CreateTracerProviderBuilder().AddSource("ConsulKvTools").AddInMemoryExporter(collected).Build())
        {
            await WriteAsync();
            Assert.True(provider.ForceFlush());
        }
        var ours = collected.Where(span => (string?)span.GetTagItem("consulkv.session") == name).ToArray();
        Assert.Equal(["Failed", "Written", "Written"], ours.Select(span => (string?)span.GetTagItem("consulkv.outcome")).Order(StringComparer.Ordinal));
        Assert.Equal(ActivityStatusCode.Error, Assert.Single(ours, span => (string?)span.GetTagItem("consulkv.outcome") == "Failed").Status);
    }

    [Fact]
    public async Task Dotnet_counters_sees_it_through_the_runtime_s_own_event_source()
    {
        using var counters = new Counters();
        await counters.UntilAsync(row => row.StartsWith("BeginInstrumentReporting consulkv.writes", StringComparison.Ordinal));
        await WriteAsync();
        await counters.UntilAsync(row => row.StartsWith("CounterRateValuePublished consulkv.writes", StringComparison.Ordinal) && row.Contains($"session={name}", StringComparison.Ordinal) && row.Contains("outcome=Written", StringComparison.Ordinal));
        await counters.UntilAsync(row => row.StartsWith("HistogramValuePublished consulkv.write.duration", StringComparison.Ordinal) && row.Contains($"session={name}", StringComparison.Ordinal));
    }

    private async Task WriteAsync()
    {
        using var session = ConsulKvSession.Create(
            new ConsulSessionOptions { Name = name, Address = lab.Agent.HttpAddress!.ToString().TrimEnd('/'), Token = new ConsulSecret(lab.ManagementToken) }, ConsulEnvironment.Empty);
        var writer = new KvWriter(session);
        foreach (var key in (string[])[$"{name}/a", $"{name}/b", "/refused"])
            await writer.WriteAsync(new ConsulKvWrite { Key = key, Value = [1] }, TestContext.Current.CancellationToken);
    }

    private IEnumerable<MetricPoint> Points(List<MetricSnapshot> collected, string instrument) =>
        collected.Where(metric => metric.Name == instrument).SelectMany(metric => metric.MetricPoints).Where(point => Tag(point, "session") == name);

    private static string? Tag(MetricPoint point, string wanted)
    {
        foreach (var tag in point.Tags)
            if (tag.Key == wanted) return (string?)tag.Value;
        return null;
    }

    /// <summary>What <c>dotnet-counters monitor --counters ConsulKvTools</c> asks of the event source by which it reads meters, and hears.</summary>
    private sealed class Counters : EventListener
    {
        private readonly ConcurrentQueue<string> rows = new();

        public async Task UntilAsync(Func<string, bool> isSo)
        {
            var until = DateTime.UtcNow.AddMinutes(1);
            while (!rows.Any(isSo))
            {
                Assert.True(DateTime.UtcNow < until, "Heard so far:\n" + string.Join('\n', rows));
                await Task.Delay(50);
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name != "System.Diagnostics.Metrics") return;
            const EventKeywords TimeSeriesValues = (EventKeywords)2;
            EnableEvents(eventSource, EventLevel.Informational, TimeSeriesValues, new Dictionary<string, string?>
            {
                ["SessionId"] = Guid.NewGuid().ToString(), ["Metrics"] = "ConsulKvTools", ["RefreshInterval"] = "1", ["MaxTimeSeries"] = "10000", ["MaxHistograms"] = "1000",
            });
        }

        // Payload: session, meter, its version, instrument, unit, tags, and what was measured.
        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.PayloadNames?.IndexOf("instrumentName") is int place and >= 0)
                rows.Enqueue($"{eventData.EventName} {eventData.Payload![place]} {string.Join(' ', eventData.Payload.Skip(place + 1))}");
        }
    }
}
