using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Benchmarks.Micro;

/// <summary>What counting adds to a write: its id, its place among the pending ones, its figures; with nobody at the meter, and with a listener.</summary>
[MemoryDiagnoser]
public class TelemetryBenchmark
{
    private static readonly ConsulKvWrite Write = new() { Key = "benchmark/key", Value = new byte[100] };

    private readonly ConsulKvSession session = ConsulKvSession.Create(new ConsulSessionOptions { Address = "http://127.0.0.1:1", Name = "benchmark" }, ConsulEnvironment.Empty);
    private readonly ConsulKvWriteResult result = new() { Key = Write.Key, Outcome = ConsulKvOutcome.Written, Duration = TimeSpan.FromMilliseconds(1) };
    private readonly MeterListener listener = new();

    [Params(false, true)]
    public bool IsHeard { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        if (!IsHeard) return;
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == Instruments.Name) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        listener.Start();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        listener.Dispose();
        session.Dispose();
    }

    [Benchmark(Description = "count one write")]
    public void Count()
    {
        var ticket = session.Telemetry.Begin(session, ConsulKvWriteKind.Put);
        session.Telemetry.End(session, ticket, Write, result);
    }
}
