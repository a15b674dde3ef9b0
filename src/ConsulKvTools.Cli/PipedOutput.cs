using System.Runtime.InteropServices;

namespace ConsulKvTools.Cli;

/// <summary>
/// Standard output that says when its reader has left. .NET takes that for success, so behind <c>| head</c> a watch would go on for ever, and a
/// listing would read to its end for nobody.
/// </summary>
/// <param name="console">.NET's own stream.</param>
internal sealed class PipedOutput(Stream console) : Stream
{
    private const int BrokenPipe = 32;
    private const short Failed = 0x8;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The stream of this process.</summary>
    public static Stream OfThisProcess() => new PipedOutput(Console.OpenStandardOutput());

    /// <summary>True once nobody reads. Windows does not tell before something is written, and .NET not even then.</summary>
    public static bool IsLeft()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected) return false;
        var output = new Poll { Descriptor = 1 };
        return Ask(ref output, 1, 0) == 1 && (output.Answer & Failed) != 0;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        console.Write(buffer);
        // After it: the write itself is what finds out on some systems.
        if (IsLeft()) throw new IOException("Nobody reads the output any more.", BrokenPipe);
    }

    public override void Flush() => console.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Ask(ref Poll descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct Poll
    {
        public int Descriptor;
        public short Wanted;
        public short Answer;
    }
}
