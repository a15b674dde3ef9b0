using System.Net;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>One name server's reply to one question.</summary>
internal sealed record DnsReply(IPEndPoint Server, DnsOutcome Outcome, IReadOnlyList<IPAddress> Addresses, TimeSpan Elapsed);
