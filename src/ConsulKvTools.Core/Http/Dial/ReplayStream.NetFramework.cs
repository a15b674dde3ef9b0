namespace ConsulKvTools.Http;

internal sealed partial class ReplayStream
{
    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        if (!HasAhead) return await Inner.ReadAsync(buffer, offset, count, cancellationToken).ConfigureAwait(false);
        // .NET Framework's streams cannot be cancelled once they read; the owner closes the socket instead.
        if (pending is not null) Settle(await pending.ConfigureAwait(false));
        return HandBack(buffer.AsSpan(offset, count));
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        ApmTask.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override int EndRead(IAsyncResult asyncResult) => ((Task<int>)asyncResult).GetAwaiter().GetResult();

    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        Inner.BeginWrite(buffer, offset, count, callback, state);

    public override void EndWrite(IAsyncResult asyncResult) => Inner.EndWrite(asyncResult);
}
