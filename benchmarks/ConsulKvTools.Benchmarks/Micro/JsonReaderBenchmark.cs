using System.Text;
using BenchmarkDotNet.Attributes;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Benchmarks.Micro;

/// <summary>The answer to a recursive read, taken apart while it streams in.</summary>
[MemoryDiagnoser]
public class JsonReaderBenchmark
{
    private const int Entries = 1000;
    private byte[] body = [];

    [GlobalSetup]
    public void Setup() => body = Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Range(0, Entries).Select(position =>
        $$"""{"LockIndex":0,"Key":"{{KeySet.Key("app/", position)}}","Flags":0,"Value":"{{Convert.ToBase64String(KeySet.Value(position))}}","CreateIndex":{{position}},"ModifyIndex":{{position}}}""")) + "]");

    [Benchmark(Description = "1,000 entries of 100 bytes")]
    public long Entries100()
    {
        var parser = new KvListParser<ConsulKvEntry>(new KvEntryReader(new KvReadContext(ConsulConsistency.Default, null, "benchmark"), "app/"));
        // In the pieces in which a socket gives it.
        for (var at = 0; at < body.Length && !parser.IsClosed;)
            at += parser.Parse(body.AsSpan(at, Math.Min(64 * 1024, body.Length - at)), at + 64 * 1024 >= body.Length);
        return parser.Count == Entries ? parser.Count : throw new InvalidOperationException($"{parser.Count} entries.");
    }
}
