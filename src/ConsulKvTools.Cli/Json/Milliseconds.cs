namespace ConsulKvTools.Cli.Json;

/// <summary>Durations in documents: milliseconds, to the microsecond.</summary>
internal static class Milliseconds
{
    public static double Of(TimeSpan duration) => Math.Round(duration.TotalMilliseconds, 3);

    public static double? Of(TimeSpan? duration) => duration is { } known ? Of(known) : null;
}
