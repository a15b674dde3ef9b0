namespace ConsulKvTools.Diagnosis;

/// <summary>A probe that has begun and not ended.</summary>
/// <param name="Probe">The probe's name.</param>
/// <param name="Doing">What it is waiting for, for people: <c>connecting to 10.0.0.1:8500</c>.</param>
/// <param name="Elapsed">Since it began.</param>
internal sealed record ProbeUnderWay(string Probe, string Doing, TimeSpan Elapsed)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Probe}: {Doing}" + (Elapsed >= TimeSpan.FromSeconds(1) ? $", {(int)Elapsed.TotalSeconds} s" : "");
}
