namespace ConsulKvTools;

/// <summary>A document of keys cannot be read or written, or is none (<c>Document.*</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulDocumentException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
