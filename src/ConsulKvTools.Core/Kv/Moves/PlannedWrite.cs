namespace ConsulKvTools.Kv.Moves;

/// <summary>A write that an import has to do.</summary>
/// <param name="Key">The key in the store.</param>
/// <param name="Action">Create, Change or Delete.</param>
/// <param name="Index">What it is checked against; 0 when the key must not exist.</param>
internal readonly record struct PlannedWrite(string Key, ConsulKvImportAction Action, ulong Index);
