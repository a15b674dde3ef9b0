namespace ConsulKvTools.Tests.Kv.Outcomes.Model;

/// <summary>One key as Consul's state store keeps it (agent/consul/state/kvs.go).</summary>
internal sealed record KvModelEntry(string Key, string Value, ulong Flags, ulong CreateIndex, ulong ModifyIndex, ulong LockIndex, string? LockSession);
