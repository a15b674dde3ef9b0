using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Tests.Telemetry;

/// <summary>What one session's operations came to: as the module counts, and as somebody hears who listens to the meter.</summary>
internal sealed class Telemetry : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, double> heard = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> tags = [];

    public Telemetry()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == Instruments.Name) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, given, _) => Hear(instrument, value, given));
        listener.SetMeasurementEventCallback<double>((instrument, value, given, _) => Hear(instrument, instrument is Histogram<double> ? 1 : value, given));
        listener.Start();
    }

    /// <summary>The session's name, which no other test has.</summary>
    public string Name { get; } = "telemetry-" + Guid.NewGuid().ToString("N");

    /// <summary>What is shown of the session.</summary>
    public IReadOnlyList<ConsulKvMetric> Rows => [.. MetricRegistry.Read(name => name == Name, reset: false, TimeProvider.System)];

    /// <summary>As <c>Put Written</c> or <c>Put Denied Acl.PermissionDenied</c>, with the count.</summary>
    public IEnumerable<string> Counts => Rows.Select(row => $"{row.Operation} {row.Outcome}{(row.Code is null ? "" : " " + row.Code)} {row.Count}");

    public long Pending => MetricRegistry.Of(Name).Pending;

    /// <summary>Every tag that was heard, of this session.</summary>
    public IEnumerable<string> Tags => tags;

    /// <summary>The sum of what an instrument measured; of histograms how often they did.</summary>
    public double Heard(string instrument) => heard.TryGetValue(instrument, out var sum) ? sum : 0;

    public void Dispose() => listener.Dispose();

    private void Hear(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> given)
    {
        var all = given.ToArray();
        if (!all.Any(tag => tag is { Key: "session", Value: string name } && name == Name)) return;
        heard.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        foreach (var tag in all) tags.Add($"{tag.Key}={tag.Value}");
    }
}
