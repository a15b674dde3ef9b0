namespace ConsulKvTools.Capacity;

/// <summary>A key and how large it is, without its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="ValueBytes">Bytes of the value.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="LockIndex">How often it was acquired as a lock.</param>
/// <param name="HasLock">True when a lock session holds it.</param>
/// <param name="CreateIndex">Raft index of the write that created it.</param>
/// <param name="ModifyIndex">Raft index of its last change.</param>
internal readonly record struct KvSize(string Key, int ValueBytes, ulong Flags, ulong LockIndex, bool HasLock, ulong CreateIndex, ulong ModifyIndex);
