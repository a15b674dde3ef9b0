using System.Text;
using System.Text.Json;

namespace ConsulKvTools.Cli.Tests;

/// <summary>What one run of consulkv said.</summary>
/// <param name="ExitCode">The exit code.</param>
/// <param name="Bytes">Standard output, byte for byte.</param>
/// <param name="Error">Standard error.</param>
public sealed record ConsulKvRun(int ExitCode, byte[] Bytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(Bytes);

    /// <summary>The one document on standard output; its kind must be the given one.</summary>
    public JsonElement Document(string kind)
    {
        Assert.True(Bytes.Length > 0, "There is no document. Error: " + Error);
        using var parsed = JsonDocument.Parse(Bytes);
        var root = parsed.RootElement.Clone();
        Assert.Equal(kind, root.GetProperty("document").GetString());
        Assert.Equal(1, root.GetProperty("version").GetInt32());
        return root;
    }

    /// <summary>Asserts the exit code; shows what was said when it is another.</summary>
    public ConsulKvRun Exits(int code)
    {
        Assert.True(ExitCode == code, $"Exit code {ExitCode}, expected {code}.\n{Output}\n{Error}");
        return this;
    }
}
