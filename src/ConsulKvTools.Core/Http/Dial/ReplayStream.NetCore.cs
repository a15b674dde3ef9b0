namespace ConsulKvTools.Http;

internal sealed partial class ReplayStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!HasAhead) return Inner.ReadAsync(buffer, cancellationToken);
        return pending is null ? new ValueTask<int>(HandBack(buffer.Span)) : AwaitAheadAsync(pending, buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Inner.WriteAsync(buffer, offset, count, cancellationToken);

    private async ValueTask<int> AwaitAheadAsync(Task<int> read, Memory<byte> buffer, CancellationToken cancellation)
    {
        Settle(await read.WaitAsync(cancellation).ConfigureAwait(false));
        return HandBack(buffer.Span);
    }
}
