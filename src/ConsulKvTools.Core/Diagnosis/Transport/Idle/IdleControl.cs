using System.Diagnostics;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>
/// A second connection that is never silent for long, beside the silent one: only while it lives does the other's end say something
/// about silence.
/// </summary>
internal sealed class IdleControl : IDisposable
{
    // Shorter than any limit that is likely to be set; what has lasted half a minute needs no such hurry any more.
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(500), Seldom = TimeSpan.FromSeconds(2), Settled = TimeSpan.FromSeconds(30);

    private readonly DialTarget target;
    private readonly TimeSpan patience;
    private readonly SemaphoreSlim gate = new(1, 1);
    private IdleConnection? connection;

    private IdleControl(DialTarget target, TimeSpan patience)
    {
        this.target = target;
        this.patience = patience;
    }

    /// <summary>Questions it got answers to.</summary>
    public int Answers { get; private set; }

    /// <summary>When this connection was lost although it was never silent; null while it lives. A new one may have taken its place.</summary>
    public TimeSpan? LostAfter { get; private set; }

    /// <summary>Why no new connection gets an answer any more; null while one does.</summary>
    public string? Problem { get; private set; }

    /// <summary>Opens it and has it asked once; <see cref="Problem"/> says whether that went well.</summary>
    public static async Task<IdleControl> BeginAsync(DialTarget target, TimeSpan patience, CancellationToken cancellation)
    {
        var control = new IdleControl(target, patience);
        await control.ReopenAsync(cancellation).ConfigureAwait(false);
        return control;
    }

    /// <summary>Asks something every second or two until stopped, or until nothing answers any more.</summary>
    public async Task RunAsync(Stopwatch clock, CancellationToken stop)
    {
        try
        {
            while (Problem is null)
            {
                await Task.Delay(clock.Elapsed < Settled ? Often : Seldom, stop).ConfigureAwait(false);
                await CheckAsync(clock, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The silence is over.
        }
    }

    /// <summary>Asks now; where this connection is gone, asks on a new one.</summary>
    public async Task CheckAsync(Stopwatch clock, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (connection is not null && (await connection.AskAsync(patience, cancellation).ConfigureAwait(false)).IsAnswer)
            {
                Answers++;
                return;
            }
            LostAfter ??= clock.Elapsed;
            await ReopenAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        connection?.Dispose();
        gate.Dispose();
    }

    private async Task ReopenAsync(CancellationToken cancellation)
    {
        connection?.Dispose();
        connection = null;
        try
        {
            connection = await IdleConnection.OpenAsync(target, cancellation).ConfigureAwait(false);
            var answer = await connection.AskAsync(patience, cancellation).ConfigureAwait(false);
            Problem = answer.IsAnswer ? null : $"a new connection was accepted, but not answered ({answer.Ending})";
            if (answer.IsAnswer) Answers++;
        }
        catch (ConsulTransportException failure)
        {
            Problem = failure.ToFinding().Title;
        }
    }
}
