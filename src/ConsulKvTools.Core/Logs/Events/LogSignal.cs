using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Logs.Events;

/// <summary>A line that is a part of something that happened.</summary>
/// <param name="Kind">What it is a sign of.</param>
/// <param name="Time">When; null when the log has no times.</param>
/// <param name="Node">Whose it is; null when the log does not say.</param>
/// <param name="Log">Which log it is of.</param>
/// <param name="About">Whom or what it names; null when nothing.</param>
/// <param name="Duration">How long it took; null when it does not say.</param>
/// <param name="Order">Its place among all lines, where times are the same or missing.</param>
internal sealed record LogSignal(LogSignalKind Kind, DateTimeOffset? Time, string? Node, LogSource Log, string? About, TimeSpan? Duration, long Order)
{
    /// <summary>Whose it is, also by what the log says of itself later; null when it never does.</summary>
    public string? Owner => Node ?? Log.Node;
}
