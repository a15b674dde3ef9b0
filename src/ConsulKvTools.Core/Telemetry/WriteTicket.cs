using System.Diagnostics;

namespace ConsulKvTools.Telemetry;

/// <summary>What a write carries from its beginning to its end, so that it is counted once and found again everywhere.</summary>
/// <param name="Id">The operation's id.</param>
/// <param name="Span">Its span; null while nobody listens.</param>
/// <param name="Trace">The trace it belongs to; null for none.</param>
internal readonly record struct WriteTicket(Guid Id, Activity? Span = null, ActivityTraceId? Trace = null);
