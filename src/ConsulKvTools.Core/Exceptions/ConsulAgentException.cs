namespace ConsulKvTools;

/// <summary>The agent answers and refuses by its own settings or limits: value too large, too many requests, blocked endpoint (<c>Agent.*</c>, <c>Limit.*</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulAgentException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
