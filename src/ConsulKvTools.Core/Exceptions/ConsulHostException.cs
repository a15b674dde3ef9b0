namespace ConsulKvTools;

/// <summary>The machine the client runs on stands in the way: no ports, no file handles, no memory (<c>Host.*</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulHostException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
