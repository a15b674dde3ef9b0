using BenchmarkDotNet.Attributes;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Benchmarks.Micro;

/// <summary>The body of one transaction of 64 writes of 100 bytes.</summary>
[MemoryDiagnoser]
public class TransactionWriterBenchmark
{
    private readonly ConsulKvWrite[] writes = [.. Enumerable.Range(0, 64).Select(position => new ConsulKvWrite { Key = KeySet.Key("app/", position), Value = KeySet.Value(position) })];

    [Benchmark(Description = "64 writes of 100 bytes")]
    public int Body() => KvTransaction.Request(writes).Body!.Value.Length;
}
