namespace ConsulKvTools.Http;

/// <summary>
/// A stream from which something was read ahead: hands that back first, be it bytes or a read that is still under way, and then is
/// one call above the stream below. One reader and one writer at a time, as with any network stream.
/// </summary>
internal sealed partial class ReplayStream : PassThroughStream
{
    private readonly byte[] ahead;
    private Task<int>? pending;
    private int position;
    private int count;

    /// <summary>Hands back <paramref name="ahead"/> first.</summary>
    public ReplayStream(Stream inner, byte[] ahead)
        : base(inner)
    {
        this.ahead = ahead;
        count = ahead.Length;
    }

    /// <summary>Hands back first what a read into <paramref name="buffer"/>, already begun on <paramref name="inner"/>, brings.</summary>
    public ReplayStream(Stream inner, byte[] buffer, Task<int> pending)
        : base(inner)
    {
        ahead = buffer;
        this.pending = pending;
    }

    private bool HasAhead => pending is not null || position < count;

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (!HasAhead) return Inner.Read(buffer, offset, count);
        if (pending is not null) Settle(pending.GetAwaiter().GetResult());
        return HandBack(buffer.AsSpan(offset, count));
    }

    public override void Write(byte[] buffer, int offset, int count) => Inner.Write(buffer, offset, count);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        // The read that was never fetched ends with the socket; nobody is left to be told.
        if (disposing) pending?.ContinueWith(ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
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
