namespace ConsulKvTools.Kv.Writing;

/// <summary>The end of a write.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Finding">What stood in the way; null when nothing did.</param>
/// <param name="Index">The key's ModifyIndex where it was learnt.</param>
internal sealed record Settlement(ConsulKvOutcome Outcome, ConsulFinding? Finding, ulong? Index);
