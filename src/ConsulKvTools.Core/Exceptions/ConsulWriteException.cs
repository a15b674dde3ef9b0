namespace ConsulKvTools;

/// <summary>The write was understood and not done, or not as meant: codes of the layer <see cref="ConsulLayer.Write"/>. What another client did, locks and unknown outcomes have types of their own, derived from this one.</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public class ConsulWriteException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
