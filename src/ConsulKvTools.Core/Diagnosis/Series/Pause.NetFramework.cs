namespace ConsulKvTools.Diagnosis;

internal static class Pause
{
    /// <summary>Waits by the given clock.</summary>
    public static Task ForAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellation) => clock.Delay(time, cancellation);
}
