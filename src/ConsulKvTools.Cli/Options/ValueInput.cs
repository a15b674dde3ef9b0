using System.Text;

namespace ConsulKvTools.Cli.Options;

/// <summary>The bytes of a value, from the command line, a file or standard input; never altered.</summary>
internal static class ValueInput
{
    // Consul takes half a megabyte by default; what is far beyond is a wrong file, and would only fill the memory.
    private const int Largest = 64 * 1024 * 1024;

    /// <summary>Reads the value; null when none was given.</summary>
    /// <param name="text">The value itself; <c>-</c> means standard input.</param>
    /// <param name="file">A file; <c>-</c> means standard input.</param>
    /// <param name="input">Opens standard input.</param>
    /// <param name="inputIsTaken">True when the token is on standard input.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="UsageException">It cannot be read, or both are given.</exception>
    public static async Task<byte[]?> ReadAsync(string? text, string? file, Func<Stream> input, bool inputIsTaken, CancellationToken cancellation)
    {
        if (text is not null && file is not null) throw new UsageException("The value is given twice: as text and with --value-file. Give one of them.");
        if (text is null && file is null) return null;
        if ((text ?? file) == "-")
        {
            if (inputIsTaken) throw new UsageException("Standard input cannot carry both the token (--token-stdin) and the value (-). Put one of them into a file: --token-file or --value-file.");
            await using var stream = input();
            return await ReadAsync(stream, "standard input", cancellation).ConfigureAwait(false);
        }
        // .NET puts U+FFFD where an argument's bytes are no UTF-8: what was typed is lost.
        if (text is not null && text.Contains('\uFFFD', StringComparison.Ordinal)) throw new UsageException("The value is not valid UTF-8 (or holds U+FFFD), so its bytes are not known here. Put it into a file and use --value-file.");
        if (text is not null) return Encoding.UTF8.GetBytes(text);
        try
        {
            await using var stream = new FileStream(file!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return await ReadAsync(stream, file!, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"The value file '{Printable.Text(file, 120)}' does not exist.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"The value file '{Printable.Text(file, 120)}' cannot be read: {Printable.Text(error.Message, 200)}");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, string name, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        // A read from a terminal does not listen to its token; the wait does, so that Ctrl+C is heard.
        while (await stream.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(cancellation).ConfigureAwait(false) is var count and > 0)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > Largest) throw new UsageException($"The value from {Printable.Text(name, 120)} is larger than 64 MiB; Consul takes 512 KiB by default.");
        }
        return bytes.ToArray();
    }
}
