using System.Net;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>What the agent's host name stands for.</summary>
/// <param name="Addresses">In the system's order.</param>
/// <param name="Elapsed">How long the answer took; zero for a literal address.</param>
internal sealed record ResolvedAddresses(IReadOnlyList<IPAddress> Addresses, TimeSpan Elapsed);
