using System.Diagnostics;

namespace ConsulKvTools.Telemetry.Log;

/// <summary>A write that ended, on its way into the log. It becomes text on the log's own thread: whoever writes does not pay for that.</summary>
/// <param name="Telemetry">Who is told when it is lost.</param>
/// <param name="Session">Where it was written.</param>
/// <param name="Write">What was asked for.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Trace">The trace it belongs to; null for none.</param>
/// <param name="Time">When it ended.</param>
internal readonly record struct WriteLogEntry(
    SessionTelemetry Telemetry, ConsulKvSession Session, ConsulKvWrite Write, ConsulKvWriteResult Result, ActivityTraceId? Trace, DateTimeOffset Time);
