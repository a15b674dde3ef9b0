namespace ConsulKvTools.Commands;

public abstract partial class AsyncCmdlet
{
    /// <summary>On another thread: .NET Framework looks names up and connects before its asynchronous methods return, and Ctrl+C must not wait for that.</summary>
    private Task<T> StartQuestion<T>(Func<CancellationToken, Task<T>> question) => Task.Run(() => question(stop.Token));
}
