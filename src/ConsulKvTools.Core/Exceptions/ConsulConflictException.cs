namespace ConsulKvTools;

/// <summary>Another write came first: the check-and-set or the create-only write lost (<c>Cas.*</c>). Read again and decide.</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulConflictException(ConsulFinding finding, Exception? inner = null) : ConsulWriteException(finding, inner);
