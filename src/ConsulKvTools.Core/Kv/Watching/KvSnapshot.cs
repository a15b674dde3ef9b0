namespace ConsulKvTools.Kv.Watching;

/// <summary>All of what is watched, as one whole answer showed it.</summary>
/// <param name="Entries">The keys; empty when there is none.</param>
/// <param name="Index"><c>X-Consul-Index</c>; 0 when the answer had none, and then nothing can be waited for.</param>
/// <param name="IsFiltered">True when Consul says that it left out what the token may not read.</param>
/// <param name="Reading">How long it took to read the answer once it had begun.</param>
/// <param name="LastContact">When the server that answered last heard from the leader; null when it did not say.</param>
internal sealed record KvSnapshot(IReadOnlyList<ConsulKvEntry> Entries, ulong Index, bool IsFiltered, TimeSpan Reading, TimeSpan? LastContact);
