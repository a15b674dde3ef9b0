namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>What the first answer of the agent said.</summary>
/// <param name="Leader"><c>ip:port</c> of the leader's RPC address; empty when there is none; null when the agent could not say.</param>
/// <param name="Failure">Why the agent could not say; null when it could.</param>
/// <param name="Latency">From the request to the answer.</param>
internal sealed record HttpFacts(string? Leader, Failure? Failure, TimeSpan Latency);
