namespace ConsulKvTools.Kv.Sources;

/// <summary>What two sources have under one name; at least one side has something.</summary>
/// <param name="Name">The name both are joined by.</param>
/// <param name="Left">The left source's entry; null when it has none.</param>
/// <param name="Right">The right source's entry; null when it has none.</param>
internal readonly record struct KvPair(string Name, ConsulKvEntry? Left, ConsulKvEntry? Right);
