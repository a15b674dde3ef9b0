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
    private readonly TimeSpan patience, often;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Stopwatch silent = Stopwatch.StartNew();
    private IdleConnection? connection;

    private IdleControl(DialTarget target, TimeSpan patience, TimeSpan often)
    {
        this.target = target;
        this.patience = patience;
        this.often = often;
    }

    /// <summary>Questions it got answers to.</summary>
    public int Answers { get; private set; }

    /// <summary>When this connection was lost; null while it lives. A new one may have taken its place.</summary>
    public TimeSpan? LostAfter { get; private set; }

    /// <summary>How long it had itself been silent when it was lost: on a busy machine longer than it should be.</summary>
    public TimeSpan SilentWhenLost { get; private set; }

    /// <summary>Why no new connection gets an answer any more; null while one does.</summary>
    public string? Problem { get; private set; }

    /// <summary>Opens it and has it asked once; <see cref="Problem"/> says whether that went well.</summary>
    /// <param name="target">Where.</param>
    /// <param name="patience">How long it waits for an answer.</param>
    /// <param name="often">The silence between its questions; null is half a second.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<IdleControl> BeginAsync(DialTarget target, TimeSpan patience, TimeSpan? often, CancellationToken cancellation)
    {
        var control = new IdleControl(target, patience, often < Often ? often.Value : Often);
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
                await Task.Delay(clock.Elapsed < Settled ? often : Seldom, stop).ConfigureAwait(false);
                await CheckAsync(clock, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The silence is over.
        }
    }

    /// <summary>Asks once more when this connection is clearly older than the other was at its end: what ends connections by their age ends the younger one later.</summary>
    /// <param name="age">The other's age when it ended.</param>
    /// <param name="longest">How much time there is for that.</param>
    /// <param name="clock">The other's silence.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task OutliveAsync(TimeSpan age, TimeSpan longest, Stopwatch clock, CancellationToken cancellation)
    {
        // Boxes look at their clocks now and then, and some spread the ages they allow.
        var margin = TimeSpan.FromMilliseconds(Math.Min(3000, Math.Max(500, age.TotalMilliseconds / 10)));
        var missing = LostAfter is null && connection is { } mine ? age + margin - mine.Age : TimeSpan.Zero;
        if (missing > longest) missing = longest;
        if (missing > TimeSpan.Zero) await Task.Delay(missing, cancellation).ConfigureAwait(false);
        if (Problem is null) await CheckAsync(clock, cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks now; where this connection is gone, asks on a new one.</summary>
    public async Task CheckAsync(Stopwatch clock, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var silence = silent.Elapsed;
            if (connection is not null && (await connection.AskAsync(patience, cancellation).ConfigureAwait(false)).IsAnswer)
            {
                Heard();
                return;
            }
            // Of several losses the one after the shortest silence proves most.
            if (LostAfter is null || silence < SilentWhenLost) (LostAfter, SilentWhenLost) = (clock.Elapsed, silence);
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
            if (answer.IsAnswer) Heard();
        }
        catch (ConsulTransportException failure)
        {
            Problem = failure.ToFinding().Title;
        }
    }

    private void Heard()
    {
        Answers++;
        silent.Restart();
    }
}
