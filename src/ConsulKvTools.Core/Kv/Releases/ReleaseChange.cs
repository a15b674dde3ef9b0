namespace ConsulKvTools.Kv.Releases;

/// <summary>One switch that was made.</summary>
/// <param name="Id">Written in the same transaction as the pointer: it is there exactly if that switch was made.</param>
/// <param name="At">When, by the clock of the machine that asked for it.</param>
/// <param name="From">The release before; null for the first one.</param>
/// <param name="To">The release after.</param>
/// <param name="IsRollback">Whether it went back.</param>
/// <param name="By">User and machine.</param>
internal sealed record ReleaseChange(Guid Id, DateTimeOffset At, string? From, string To, bool IsRollback, string By);
