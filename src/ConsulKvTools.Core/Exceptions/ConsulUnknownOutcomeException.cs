namespace ConsulKvTools;

/// <summary>Whether the write was stored could not be found out: the outcome is <see cref="ConsulKvOutcome.Unknown"/>, whatever the code. Read by consensus before trying again.</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulUnknownOutcomeException(ConsulFinding finding, Exception? inner = null) : ConsulWriteException(finding, inner);
