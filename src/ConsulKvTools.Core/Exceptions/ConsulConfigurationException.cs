namespace ConsulKvTools;

/// <summary>A setting of the session cannot be used: codes of the layer <see cref="ConsulLayer.Configuration"/>. Nothing was sent.</summary>
/// <param name="finding">What is wrong, the evidence and the remedy.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class ConsulConfigurationException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
