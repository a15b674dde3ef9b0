namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>Who answers on the port.</summary>
/// <param name="Speaker">For people: <c>Consul HTTP API</c>, <c>SSH</c>…</param>
/// <param name="Code">The finding that names it; null when it is Consul's API.</param>
internal sealed record PortFacts(string Speaker, string? Code);
