using System.Diagnostics;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>
/// Opens one more connection the way the session does, sends some bytes and listens. Never carries a token, and is asked only after
/// something failed: agents log every such visit.
/// </summary>
internal static class RawQuestion
{
    private const int Enough = 4096;

    /// <summary>Asks; null when no connection could be opened.</summary>
    /// <param name="target">Where to; its TLS settings play no part.</param>
    /// <param name="question">What to send; null only listens.</param>
    /// <param name="patience">How long to listen.</param>
    /// <param name="isComplete">Whether enough has come; null takes the first bytes for enough.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="limit">The most bytes to listen to.</param>
    public static async Task<RawAnswer?> AskAsync(
        DialTarget target, byte[]? question, TimeSpan patience, Func<byte[], bool>? isComplete, CancellationToken cancellation, int limit = Enough)
    {
        DialedConnection connection;
        try
        {
            connection = await Dialer.DialTunnelAsync(target, new DialTrace(), cancellation).ConfigureAwait(false);
        }
        catch (ConsulTransportException)
        {
            return null;
        }
        using (connection) return await AskAsync(connection.Stream, question, patience, isComplete, cancellation, limit).ConfigureAwait(false);
    }

    /// <summary>Asks on a connection that is open already, and closes it.</summary>
    public static async Task<RawAnswer> AskAsync(
        Stream stream, byte[]? question, TimeSpan patience, Func<byte[], bool>? isComplete, CancellationToken cancellation, int limit = Enough)
    {
        using var deadline = Deadline.In(patience, cancellation);
        using var closing = deadline.Token.Register(stream.Dispose);
        var clock = Stopwatch.StartNew();
        var received = new byte[limit];
        var count = 0;
        var ending = Ending.Answered;
        try
        {
            if (question is not null) await stream.WriteAsync(question, 0, question.Length, deadline.Token).ConfigureAwait(false);
            while (count < received.Length)
            {
                var read = await stream.ReadAsync(received, count, received.Length - count, deadline.Token).ConfigureAwait(false);
                if (read == 0)
                {
                    ending = Ending.Closed;
                    break;
                }
                count += read;
                if (isComplete is null || isComplete(received.AsSpan(0, count).ToArray())) break;
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            cancellation.ThrowIfCancellationRequested();
            ending = deadline.IsCancellationRequested ? Ending.Silence : Ending.Reset;
        }
        return new RawAnswer(received.AsSpan(0, count).ToArray(), ending, clock.Elapsed);
    }
}
