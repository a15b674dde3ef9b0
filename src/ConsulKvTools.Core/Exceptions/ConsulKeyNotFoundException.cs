namespace ConsulKvTools;

/// <summary>There is no such key (<c>Key.Missing</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulKeyNotFoundException(ConsulFinding finding, Exception? inner = null) : ConsulKeyException(finding, inner);
