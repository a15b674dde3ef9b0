namespace ConsulKvTools;

/// <summary>A release cannot be published, switched to, read or removed (<c>Release.*</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulReleaseException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
