namespace ConsulKvTools;

/// <summary>A report of a diagnosis cannot be written or read (<c>Report.*</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulReportException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
