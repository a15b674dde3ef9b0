using System.Diagnostics;
using ConsulKvTools.Telemetry.Log;

namespace ConsulKvTools.Telemetry;

/// <summary>What one session tells of its writes and reads: metrics, spans, and lines of the write log where it has one.</summary>
internal sealed class SessionTelemetry
{
    private readonly TimeProvider time;
    private readonly string name;
    private long lostLines;
    private string? problem;
    private bool isProblemTold;

    /// <param name="session">The session's name.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="log">Where lines go; null writes none.</param>
    public SessionTelemetry(string session, TimeProvider time, WriteLogSettings? log)
    {
        this.time = time;
        name = session;
        // Known by its name from now on, also while it has counted nothing.
        MetricRegistry.Of(name);
        Log = log is null ? null : WriteLog.Of(log);
    }

    /// <summary>The write log; null without one.</summary>
    public WriteLog? Log { get; }

    /// <summary>Lines of this session that could not be written.</summary>
    public long LostLines => Interlocked.Read(ref lostLines);

    /// <summary>A write begins.</summary>
    /// <param name="session">Where to.</param>
    /// <param name="kind">What is asked for.</param>
    public WriteTicket Begin(ConsulKvSession session, ConsulKvWriteKind kind)
    {
        MetricRegistry.Of(name).Pend(1);
        return Ticket(session, kind.ToString());
    }

    /// <summary>A request for several writes, which are counted each for itself, begins.</summary>
    /// <param name="session">Where to.</param>
    /// <param name="writes">How many.</param>
    public WriteTicket BeginTransaction(ConsulKvSession session, int writes)
    {
        var ticket = Ticket(session, "Transaction");
        ticket.Span?.SetTag("db.operation.batch.size", writes);
        return ticket;
    }

    /// <summary>The end of what <see cref="BeginTransaction"/> began.</summary>
    public static void EndTransaction(in WriteTicket ticket, ConsulKvWriteResult result) => Spans.End(ticket.Span, result.Outcome.ToString(), result.Code, null);

    /// <summary>A write ended.</summary>
    public void End(ConsulKvSession session, in WriteTicket ticket, ConsulKvWrite write, ConsulKvWriteResult result)
    {
        var metrics = MetricRegistry.Of(name);
        metrics.Pend(-1);
        metrics.Record((ConsulKvOperation)result.Kind, (ConsulKvMetricOutcome)result.Outcome, result.Code, result.Duration, result.ValueSize ?? 0, result.Retries, time);
        Spans.End(ticket.Span, result.Outcome.ToString(), result.Code, result.TransactionId);
        session.Drill?.Wrote(write, result);
        Log?.Add(new WriteLogEntry(this, session, write, result, ticket.Trace, time.GetUtcNow()));
    }

    /// <summary>A write ended by a fault of this program, without a result.</summary>
    public void Abort(in WriteTicket ticket)
    {
        MetricRegistry.Of(name).Pend(-1);
        Spans.End(ticket.Span, null, "fault", null);
    }

    /// <summary>A read begins.</summary>
    public ReadMeasurement BeginRead(ConsulKvSession session, ConsulKvOperation operation) =>
        new(name, time, operation, Spans.Start(session, operation.ToString(), null));

    /// <summary>Lines were lost.</summary>
    public void Lose(long lines, string why)
    {
        Interlocked.Add(ref lostLines, lines);
        MetricRegistry.Of(name).Lose(lines);
        problem ??= why;
    }

    /// <summary>Why lines were lost, as a finding; null when none were, or it was told before.</summary>
    public ConsulFinding? TakeProblem()
    {
        if (isProblemTold || problem is not { } why) return null;
        isProblemTold = true;
        return ConsulFinding.Create("Host.WriteLogLost", ("file", Printable.Text(Log?.Path ?? "", 200)), ("problem", why), ("count", LostLines));
    }

    private WriteTicket Ticket(ConsulKvSession session, string operation)
    {
        var id = OperationIds.Next(time.GetUtcNow());
        return Spans.Start(session, operation, id) is { } span ? new WriteTicket(id, span, span.TraceId) : new WriteTicket(id, null, Activity.Current?.TraceId);
    }
}
