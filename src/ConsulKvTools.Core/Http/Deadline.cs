namespace ConsulKvTools;

/// <summary>An end of patience beside whoever may stop the work.</summary>
internal static class Deadline
{
    /// <summary>A source that is cancelled after a time, or as soon as <paramref name="cancellation"/> is. Whoever asks for it disposes it.</summary>
    /// <param name="time">From now on, 0 or more; <see cref="Timeout.InfiniteTimeSpan"/> for no end of its own.</param>
    /// <param name="cancellation">What else stops the work.</param>
    public static CancellationTokenSource In(TimeSpan time, CancellationToken cancellation)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        source.CancelAfter(time);
        return source;
    }
}
