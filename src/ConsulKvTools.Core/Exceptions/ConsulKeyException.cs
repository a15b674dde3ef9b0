namespace ConsulKvTools;

/// <summary>The key cannot be used as it is: its name would not arrive as written, or what was awaited of it did not come (<c>Key.*</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public class ConsulKeyException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
