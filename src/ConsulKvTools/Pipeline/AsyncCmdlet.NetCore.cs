namespace ConsulKvTools.Commands;

public abstract partial class AsyncCmdlet
{
    /// <summary>On this thread up to its first wait: requests go out without blocking, and connections are made elsewhere.</summary>
    private Task<T> StartQuestion<T>(Func<CancellationToken, Task<T>> question) => question(stop.Token);
}
