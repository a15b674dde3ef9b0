namespace ConsulKvTools;

/// <summary>The token may not do this, is not known, or ACLs hide the answer (<c>Acl.*</c>, <c>Key.Forbidden</c>, <c>Key.Filtered</c>).</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulAclException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
