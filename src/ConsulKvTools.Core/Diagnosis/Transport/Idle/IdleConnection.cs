using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>
/// One connection made as the session's are, with TCP keep-alive off, that asks <c>GET /v1/status/leader</c> without a token and can be
/// left silent while it is watched for its end.
/// </summary>
internal sealed class IdleConnection : IDisposable
{
    private const int Longest = 64 * 1024;

    private readonly Stopwatch age = Stopwatch.StartNew();
    private readonly DialedConnection connection;
    private readonly byte[] question;
    private readonly byte[] received = new byte[Longest];
    private int count;
    private Task<int>? reading;

    private IdleConnection(DialedConnection connection, byte[] question)
    {
        this.connection = connection;
        this.question = question;
    }

    /// <summary>How long ago it was opened.</summary>
    public TimeSpan Age => age.Elapsed;

    /// <summary>Opens a connection.</summary>
    /// <exception cref="ConsulTransportException">It could not be opened.</exception>
    public static async Task<IdleConnection> OpenAsync(DialTarget target, CancellationToken cancellation)
    {
        var connection = await Dialer.DialAsync(target with { KeepAlive = false }, cancellation).ConfigureAwait(false);
        var endpoint = target.Endpoint;
        var host = endpoint.SocketPath is null ? endpoint.Authority : "localhost";
        var path = endpoint.PathPrefix + "/v1/status/leader";
        var text = connection.ThroughProxy
            ? $"GET http://{host}{path} HTTP/1.1\r\nHost: {host}\r\n{ProxyTunnel.Authorization(target.Proxy!)}"
            : $"GET {path} HTTP/1.1\r\nHost: {host}\r\n";
        return new IdleConnection(connection, Encoding.ASCII.GetBytes(text + "User-Agent: ConsulKvTools\r\n\r\n"));
    }

    /// <summary>Asks, and waits for the whole answer; any HTTP answer is one.</summary>
    public async Task<IdleAnswer> AskAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var deadline = Deadline.In(patience, cancellation);
        count = 0;
        try
        {
            var writing = connection.Stream.WriteAsync(question, 0, question.Length, CancellationToken.None);
            if (!await InTimeAsync(writing, deadline.Token).ConfigureAwait(false)) return Ended(Ending.Silence, clock, cancellation);
            await writing.ConfigureAwait(false);
            while (count < Longest)
            {
                reading ??= connection.Stream.ReadAsync(received, count, Longest - count, CancellationToken.None);
                if (!await InTimeAsync(reading, deadline.Token).ConfigureAwait(false)) return Ended(Ending.Silence, clock, cancellation);
                var read = await reading.ConfigureAwait(false);
                reading = null;
                count += read;
                if (HttpFrame.Read(received, count, read == 0) is { } frame) return new IdleAnswer(Ending.Answered, clock.Elapsed, frame);
                if (read == 0) return new IdleAnswer(Ending.Closed, clock.Elapsed, null);
                if (!HttpFrame.MayBegin(received, count)) break;
            }
            return new IdleAnswer(Ending.Reset, clock.Elapsed, null);
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            reading = null;
            cancellation.ThrowIfCancellationRequested();
            return new IdleAnswer(HowBroken(failure), clock.Elapsed, null);
        }
    }

    /// <summary>Says nothing and watches the connection's end; <see cref="Ending.Silence"/> means that it is still open after all that time.</summary>
    public async Task<IdleAnswer> ListenAsync(TimeSpan time, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var deadline = Deadline.In(time, cancellation);
        count = 0;
        try
        {
            reading ??= connection.Stream.ReadAsync(received, 0, Longest, CancellationToken.None);
            if (!await InTimeAsync(reading, deadline.Token).ConfigureAwait(false)) return Ended(Ending.Silence, clock, cancellation);
            var read = await reading.ConfigureAwait(false);
            // What comes unasked is a farewell, such as "408 Request Timeout".
            return new IdleAnswer(Ending.Closed, clock.Elapsed, read == 0 ? null : HttpFrame.Read(received, read, ended: true));
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new IdleAnswer(HowBroken(failure), clock.Elapsed, null);
        }
    }

    public void Dispose()
    {
        connection.Dispose();
        // Nobody waits for it any more, so nobody else would look at how it ended.
        reading?.ContinueWith(ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    // Neither a read nor a write of SslStream survives its cancellation, so they are left alone and only waited for.
    private static async Task<bool> InTimeAsync(Task work, CancellationToken deadline)
    {
        if (work.IsCompleted) return true;
        var up = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (deadline.Register(() => up.TrySetResult(true)))
            return await Task.WhenAny(work, up.Task).ConfigureAwait(false) == work;
    }

    private static IdleAnswer Ended(Ending ending, Stopwatch clock, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new IdleAnswer(ending, clock.Elapsed, null);
    }

    // The kernel itself gives up what nobody acknowledges (ETIMEDOUT): nothing came back, which is silence.
    private static Ending HowBroken(Exception failure) =>
        TransportFailures.Find<SocketException>(failure)?.SocketErrorCode == SocketError.TimedOut ? Ending.Silence : Ending.Reset;
}
