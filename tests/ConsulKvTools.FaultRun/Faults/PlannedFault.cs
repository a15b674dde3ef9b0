using System.Globalization;

namespace ConsulKvTools.FaultRun.Faults;

/// <summary>One entry of the schedule.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Kinds">What is done, one or two things at once.</param>
/// <param name="Lasts">From its start to its end.</param>
/// <param name="Rest">From the cluster's recovery to the next one.</param>
/// <param name="Dice">Chooses the follower and other details.</param>
internal sealed record PlannedFault(int Number, IReadOnlyList<FaultKind> Kinds, TimeSpan Lasts, TimeSpan Rest, int Dice)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Number,3}  {string.Join(" + ", Kinds),-32} for {Lasts.TotalSeconds:0.0} s, then {Rest.TotalSeconds:0.0} s rest");
}
