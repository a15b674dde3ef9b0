using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>How connecting to each of the agent's addresses went.</summary>
/// <param name="Attempts">One for every address.</param>
internal sealed record ConnectFacts(IReadOnlyList<AddressAttempt> Attempts);
