namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>What a stale read said about the leader.</summary>
/// <param name="KnownLeader">Whether the answering server knows one; null when it did not say.</param>
/// <param name="LastContact">Since it heard of it; null when it did not say.</param>
internal sealed record StaleFacts(bool? KnownLeader, TimeSpan? LastContact);
