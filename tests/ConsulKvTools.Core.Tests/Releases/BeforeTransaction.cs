namespace ConsulKvTools.Tests.Releases;

/// <summary>Does something just before the first transaction leaves: after all looks that were taken for it.</summary>
internal sealed class BeforeTransaction(Func<Task> first, Func<HttpRequestMessage, bool>? which = null) : DelegatingHandler(new SocketsHttpHandler())
{
    private int done;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if ((which?.Invoke(request) ?? request.RequestUri!.AbsolutePath == "/v1/txn") && Interlocked.Exchange(ref done, 1) == 0) await first();
        return await base.SendAsync(request, cancellationToken);
    }
}
