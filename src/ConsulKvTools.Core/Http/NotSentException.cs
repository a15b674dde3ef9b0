namespace ConsulKvTools.Http;

/// <summary>The caller gave up before a byte of the request had left: whatever it asked for was not done.</summary>
internal sealed class NotSentException(Exception inner, CancellationToken cancellation)
    : OperationCanceledException("The request was given up before it was sent.", inner, cancellation);
