namespace ConsulKvTools.Http;

internal sealed partial class TapStream
{
    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        var read = await Inner.ReadAsync(buffer, offset, count, cancellationToken).ConfigureAwait(false);
        tap?.OnReceived(buffer.AsSpan(offset, read));
        return read;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        tap?.OnSent(buffer.AsSpan(offset, count));
        return Inner.WriteAsync(buffer, offset, count, cancellationToken);
    }

    // SslStream of .NET Framework reads and writes by Begin/End, which Stream's own versions would serialise.
    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        ApmTask.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override int EndRead(IAsyncResult asyncResult) => ((Task<int>)asyncResult).GetAwaiter().GetResult();

    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        ApmTask.Begin(WriteAsResultAsync(buffer, offset, count), callback, state);

    public override void EndWrite(IAsyncResult asyncResult) => ((Task<int>)asyncResult).GetAwaiter().GetResult();

    private async Task<int> WriteAsResultAsync(byte[] buffer, int offset, int count)
    {
        await WriteAsync(buffer, offset, count, CancellationToken.None).ConfigureAwait(false);
        return count;
    }
}
