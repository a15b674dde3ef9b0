namespace ConsulKvTools.Http;

internal sealed partial class TapStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        tap is null ? Inner.ReadAsync(buffer, cancellationToken) : ListenAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        tap?.OnSent(buffer.Span);
        return Inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private async ValueTask<int> ListenAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var read = await Inner.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        tap?.OnReceived(buffer.Span.Slice(0, read));
        return read;
    }
}
