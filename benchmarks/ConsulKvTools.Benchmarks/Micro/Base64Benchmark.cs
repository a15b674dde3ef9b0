using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace ConsulKvTools.Benchmarks.Micro;

/// <summary>A value's base64: as the JSON reader decodes it, and the bare decoding below that.</summary>
[MemoryDiagnoser]
public class Base64Benchmark
{
    private byte[] token = [];
    private byte[] text = [];
    private byte[] room = [];

    [Params(100, 10_000, 512 * 1024)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var value = new byte[Bytes];
        new Random(7).NextBytes(value);
        text = Encoding.ASCII.GetBytes(Convert.ToBase64String(value));
        token = [(byte)'"', .. text, (byte)'"'];
        room = new byte[text.Length];
    }

    [Benchmark(Description = "Utf8JsonReader.GetBytesFromBase64")]
    public byte[] Reader()
    {
        var reader = new Utf8JsonReader(token);
        reader.Read();
        return reader.GetBytesFromBase64();
    }

    [Benchmark(Baseline = true, Description = "Base64.DecodeFromUtf8")]
    public int Bare()
    {
        Base64.DecodeFromUtf8(text, room, out _, out var written);
        return written;
    }
}
