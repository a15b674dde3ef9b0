namespace ConsulKvTools.Kv.Folders;

/// <summary>What became of a move.</summary>
/// <param name="Moved">Keys that stand at the new place only.</param>
/// <param name="InOneStep">True when all was one transaction: nobody saw anything in between.</param>
/// <param name="Copied">Keys that were copied in vain: they stand at both places.</param>
/// <param name="Failures">The writes that were not done.</param>
internal sealed record KvTransferResult(long Moved, bool InOneStep, long Copied, IReadOnlyList<ConsulKvWriteResult> Failures);
