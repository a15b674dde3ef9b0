namespace ConsulKvTools.Http;

/// <summary>
/// A stream from which something was read ahead: hands that back first, be it bytes or a read that is still under way, and then is
/// one call above the stream below. One reader and one writer at a time, as with any network stream.
/// </summary>
internal sealed partial class ReplayStream : Stream
{
    private readonly Stream inner;
    private readonly byte[] ahead;
    private Task<int>? pending;
    private int position;
    private int count;

    /// <summary>Hands back <paramref name="ahead"/> first.</summary>
    public ReplayStream(Stream inner, byte[] ahead)
    {
        this.inner = inner;
        this.ahead = ahead;
        count = ahead.Length;
    }

    /// <summary>Hands back first what a read into <paramref name="buffer"/>, already begun on <paramref name="inner"/>, brings.</summary>
    public ReplayStream(Stream inner, byte[] buffer, Task<int> pending)
    {
        this.inner = inner;
        ahead = buffer;
        this.pending = pending;
    }

    private bool HasAhead => pending is not null || position < count;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override bool CanTimeout => inner.CanTimeout;

    public override int ReadTimeout { get => inner.ReadTimeout; set => inner.ReadTimeout = value; }

    public override int WriteTimeout { get => inner.WriteTimeout; set => inner.WriteTimeout = value; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (!HasAhead) return inner.Read(buffer, offset, count);
        if (pending is not null) Settle(pending.GetAwaiter().GetResult());
        return HandBack(buffer.AsSpan(offset, count));
    }

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            // The read that was never fetched ends with the socket; nobody is left to be told.
            pending?.ContinueWith(ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        base.Dispose(disposing);
    }

    private void Settle(int read)
    {
        pending = null;
        count = read;
    }

    private int HandBack(Span<byte> buffer)
    {
        var take = Math.Min(buffer.Length, count - position);
        ahead.AsSpan(position, take).CopyTo(buffer);
        position += take;
        return take;
    }
}
