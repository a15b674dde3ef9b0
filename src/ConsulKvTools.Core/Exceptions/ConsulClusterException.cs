namespace ConsulKvTools;

/// <summary>The agent answers, but the cluster behind it cannot serve: no leader, no quorum, no storage (<c>Cluster.*</c>, <c>Rpc.*</c>, <c>Storage.*</c>, <c>Wan.*</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulClusterException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
