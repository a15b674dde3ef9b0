using System.Text;
using BenchmarkDotNet.Attributes;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Kv;

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
    public async Task<int> Entries100()
    {
        var at = 0;
        var count = 0;
        var context = new KvJson.ReadContext(ConsulConsistency.Default, null, "benchmark");
        await foreach (var _ in KvEntryStream.ReadAsync(
            (buffer, offset, length) =>
            {
                var some = Math.Min(length, body.Length - at);
                body.AsSpan(at, some).CopyTo(buffer.AsSpan(offset));
                at += some;
                return Task.FromResult(some);
            },
            (ref System.Text.Json.Utf8JsonReader reader) => KvJson.ReadEntry(ref reader, context), CancellationToken.None).ConfigureAwait(false))
            count++;
        return count == Entries ? count : throw new InvalidOperationException($"{count} entries.");
    }
}
