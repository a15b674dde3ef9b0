using System.Buffers.Binary;
using System.IO.Compression;

namespace ConsulKvTools.Logs.Reading;

/// <summary>
/// Unpacks gzip, and says so where it breaks off: .NET takes the end of the file for the end of what is packed in it, so that half a log would
/// count as all of it.
/// </summary>
/// <param name="file">The packed file, at its beginning. It stays open.</param>
/// <param name="cancellation">Stops the second look at a file of several parts.</param>
internal sealed class WholeGzip(FileStream file, CancellationToken cancellation) : Stream
{
    private const int Block = 64 * 1024;
    private const int Trailer = 8;
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value => Enumerable.Range(0, 8).Aggregate((uint)value, (sum, _) => (sum & 1) != 0 ? (sum >> 1) ^ 0xedb88320 : sum >> 1))];

    private readonly GZipStream plain = new(file, CompressionMode.Decompress, leaveOpen: true);
    private long length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => length; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">It is damaged or breaks off; all before that was given.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = plain.Read(buffer, offset, count);
        length += read;
        if (read == 0 && count > 0 && !IsWhole()) throw new InvalidDataException("The packed data break off.");
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) plain.Dispose();
        base.Dispose(disposing);
    }

    // A part ends with its checksum and its length. Mostly there is one; of several, put together by cat, the last must be the end of what came out.
    private bool IsWhole()
    {
        if (file.Length < Trailer) return false;
        file.Position = file.Length - Trailer;
        var end = new byte[Trailer];
        for (var filled = 0; filled < Trailer;)
            if (file.Read(end, filled, Trailer - filled) is > 0 and var read) filled += read;
            else return false;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(4));
        return size == (uint)length || (size < length && BinaryPrimitives.ReadUInt32LittleEndian(end) == ChecksumFrom(length - size));
    }

    private uint ChecksumFrom(long start)
    {
        file.Position = 0;
        using var again = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
        var buffer = new byte[Block];
        var sum = uint.MaxValue;
        var place = 0L;
        while (again.Read(buffer, 0, buffer.Length) is > 0 and var read)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var index = (int)Math.Min(read, Math.Max(0, start - place)); index < read; index++) sum = Table[(sum ^ buffer[index]) & 0xff] ^ (sum >> 8);
            place += read;
        }
        return ~sum;
    }
}
