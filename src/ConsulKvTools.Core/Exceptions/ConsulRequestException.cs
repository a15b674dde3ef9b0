namespace ConsulKvTools;

/// <summary>What the caller asked for cannot be asked: a parameter or an input is wrong (<c>Request.*</c>). Nothing was changed.</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulRequestException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
