namespace ConsulKvTools.Http;

/// <summary>Gives a task the Begin/End form that .NET Framework's SslStream calls.</summary>
internal static class ApmTask
{
    public static IAsyncResult Begin(Task<int> task, AsyncCallback? callback, object? state)
    {
        var result = new TaskCompletionSource<int>(state);
        task.ContinueWith(
            done =>
            {
                if (done.IsFaulted) result.TrySetException(done.Exception!.InnerExceptions);
                else if (done.IsCanceled) result.TrySetCanceled();
                else result.TrySetResult(done.Result);
                callback?.Invoke(result.Task);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return result.Task;
    }
}
