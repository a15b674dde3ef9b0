namespace ConsulKvTools;

/// <summary>The agent cannot be reached, or what answers is not one: TCP, unix socket, proxy or HTTP. Name and TLS have types of their own, derived from this one.</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public class ConsulConnectionException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
