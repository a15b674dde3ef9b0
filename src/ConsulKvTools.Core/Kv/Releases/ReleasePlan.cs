namespace ConsulKvTools.Kv.Releases;

/// <summary>A switch that was looked at and can be made.</summary>
/// <param name="State">Which release is current.</param>
/// <param name="To">The release to switch to.</param>
/// <param name="IsRollback">Whether it goes back.</param>
/// <param name="ManifestIndex">The manifest's ModifyIndex: it must still be that when the switch is made.</param>
/// <param name="Tree">The tree as it was read, and as it was published.</param>
internal sealed record ReleasePlan(ReleaseState State, string To, bool IsRollback, ulong ManifestIndex, ReleaseTree Tree)
{
    /// <summary>True when there is nothing to do.</summary>
    public bool IsCurrent => State.Current == To;
}
