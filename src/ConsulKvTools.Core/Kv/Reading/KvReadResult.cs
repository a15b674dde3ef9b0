namespace ConsulKvTools;

/// <summary>The answer to a read of one key.</summary>
/// <param name="State">Found, missing or forbidden.</param>
/// <param name="Entry">The entry when found, else null.</param>
/// <param name="Finding">Why there is no entry; null when found.</param>
/// <param name="Index"><c>X-Consul-Index</c> of the answer; null when it had none.</param>
/// <param name="LastContact">Since the answering server heard of the leader; null when it did not say.</param>
public sealed record KvReadResult(KvReadState State, ConsulKvEntry? Entry, ConsulFinding? Finding, ulong? Index, TimeSpan? LastContact);
