namespace ConsulKvTools.Drills;

/// <summary>One operation of a drill, as it ended.</summary>
/// <param name="Key">The key or prefix.</param>
/// <param name="Write">The write; null for a read.</param>
/// <param name="Outcome">How it ended; a read that was answered is unchanged.</param>
/// <param name="Code">What it met in the end; null when it ended well.</param>
/// <param name="Start">Since the drill began.</param>
/// <param name="End">Since the drill began.</param>
/// <param name="Retries">Steps beyond the first.</param>
/// <param name="Index">The ModifyIndex it gave the key; null when that is not known.</param>
internal sealed record DrillOperation(string Key, DrillWrite? Write, ConsulKvOutcome Outcome, string? Code, TimeSpan Start, TimeSpan End, int Retries, ulong? Index)
{
    /// <summary>True when it ended as it was meant to.</summary>
    public bool IsGood => Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged;
}
