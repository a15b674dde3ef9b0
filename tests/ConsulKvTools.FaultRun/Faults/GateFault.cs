namespace ConsulKvTools.FaultRun.Faults;

/// <summary>What a gate does to requests.</summary>
/// <param name="Kind">What.</param>
/// <param name="Share">Of how many of them, 0 to 1.</param>
/// <param name="Pause">How long answers or requests are held back, where they are.</param>
internal sealed record GateFault(FaultKind Kind, double Share, TimeSpan Pause);
