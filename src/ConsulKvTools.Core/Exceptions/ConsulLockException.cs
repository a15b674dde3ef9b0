namespace ConsulKvTools;

/// <summary>A lock or its lock session stands in the way (<c>Lock.*</c>, <c>Session.*</c>, <c>Key.Locked</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulLockException(ConsulFinding finding, Exception? inner = null) : ConsulWriteException(finding, inner);
