namespace ConsulKvTools.Kv.Trees;

/// <summary>A key that a tree becomes.</summary>
/// <param name="Key">The whole key.</param>
/// <param name="Value">The bytes of its value.</param>
internal readonly record struct KvTreeLeaf(string Key, byte[] Value);
