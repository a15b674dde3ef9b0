using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>Reads a log of any size into an <see cref="ErrorStream"/>, a block at a time; it may still be written to.</summary>
internal static class ErrorFile
{
    /// <summary>Reads the file to its present end.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="OperationCanceledException">The reading was stopped.</exception>
    public static void Read(string path, ErrorStream errors, CancellationToken cancellation)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        Read(file, errors, cancellation);
    }

    /// <summary>Reads a stream to its end; UTF-8 unless a byte order mark says otherwise.</summary>
    public static void Read(Stream stream, ErrorStream errors, CancellationToken cancellation) => TextLines.Read(stream, line => errors.AddLine(line), cancellation);
}
