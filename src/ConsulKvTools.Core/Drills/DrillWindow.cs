namespace ConsulKvTools.Drills;

/// <summary>A fault as it was made.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="Target">Whom it was done to; null for requests.</param>
/// <param name="Strikes">When it struck, since the drill began: each request, or one stretch of time.</param>
internal sealed record DrillWindow(ConsulFaultKind Kind, string? Target, IReadOnlyList<(TimeSpan From, TimeSpan To)> Strikes);
