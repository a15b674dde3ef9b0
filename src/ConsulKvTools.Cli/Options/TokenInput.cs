using System.Text;

namespace ConsulKvTools.Cli.Options;

/// <summary>A token that comes on standard input.</summary>
internal static class TokenInput
{
    private const int Longest = 64 * 1024;

    /// <summary>Reads to the end of the first line.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static ConsulSecret Read(Stream input)
    {
        var bytes = new List<byte>();
        while (bytes.Count < Longest && input.ReadByte() is var next and >= 0 and not '\n') bytes.Add((byte)next);
        var text = Encoding.UTF8.GetString([.. bytes]).TrimEnd('\r');
        return text.Length > 0 ? new ConsulSecret(text) : throw new UsageException("--token-stdin was given, but standard input is empty. Write the token into it: consulkv … --token-stdin < token.txt");
    }
}
