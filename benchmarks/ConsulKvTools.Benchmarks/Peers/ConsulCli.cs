using System.Text;
using System.Text.Json;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Benchmarks.Peers;

/// <summary>Consul's own command line.</summary>
internal static class ConsulCli
{
    /// <summary><c>consul kv import</c> of a file that was written beforehand.</summary>
    public static Task<ProgramRun> ImportAsync(ConsulAgent agent, string file, CancellationToken cancellation) => RunAsync(agent, ["kv", "import", "@" + file], false, cancellation);

    /// <summary><c>consul kv get -recurse</c>, the output dropped.</summary>
    public static Task<ProgramRun> GetAsync(ConsulAgent agent, string prefix, CancellationToken cancellation) => RunAsync(agent, ["kv", "get", "-recurse", prefix], true, cancellation);

    /// <summary><c>consul kv export</c>, the output dropped.</summary>
    public static Task<ProgramRun> ExportAsync(ConsulAgent agent, string prefix, CancellationToken cancellation) => RunAsync(agent, ["kv", "export", prefix], true, cancellation);

    /// <summary>Writes the file that <c>consul kv import</c> takes.</summary>
    public static async Task WriteImportAsync(string file, IReadOnlyList<KeyValuePair<string, byte[]>> pairs, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var (key, value) in pairs)
            {
                json.WriteStartObject();
                json.WriteString("key", key);
                json.WriteNumber("flags", 0);
                json.WriteBase64String("value", value);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        await File.WriteAllBytesAsync(file, buffer.ToArray(), cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes curl's configuration for one process that PUTs all pairs over one connection.</summary>
    public static async Task WriteCurlConfigurationAsync(string file, Uri address, IReadOnlyList<KeyValuePair<string, byte[]>> pairs, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in pairs)
        {
            if (text.Length > 0) text.AppendLine("next");
            text.Append("url = \"").Append(address.OriginalString).Append("/v1/kv/").Append(key).AppendLine("\"")
                .Append("data-binary = \"").Append(Encoding.ASCII.GetString(value)).AppendLine("\"")
                .AppendLine("request = PUT").AppendLine("output = /dev/null").AppendLine("silent").AppendLine("fail");
        }
        await File.WriteAllTextAsync(file, text.ToString(), cancellation).ConfigureAwait(false);
    }

    private static async Task<ProgramRun> RunAsync(ConsulAgent agent, string[] arguments, bool drop, CancellationToken cancellation) =>
        await ProgramRun.RunAsync((await ConsulBinary.LocateAsync().ConfigureAwait(false)).Path, arguments, cancellation, drop,
            new Dictionary<string, string?> { ["CONSUL_HTTP_ADDR"] = agent.AddressText }).ConfigureAwait(false);
}
