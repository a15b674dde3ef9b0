namespace ConsulKvTools;

/// <summary>The agent's host name cannot be turned into an address (<c>Dns.*</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulNameException(ConsulFinding finding, Exception? inner = null) : ConsulConnectionException(finding, inner);
