using System.Collections.Immutable;

namespace ConsulKvTools.Tests.Kv.Outcomes.Model;

/// <summary>
/// Consul's KV as a value that is never changed in place: what 1.8 and newer do with each verb. Held against a real server by
/// <see cref="KvModelAgainstConsulTests"/>. Lock delay is 0; lock sessions end with behaviour <c>release</c>.
/// </summary>
internal sealed record KvModel
{
    /// <summary>Nothing in it.</summary>
    public static KvModel Empty { get; } = new();

    /// <summary>Raft index of the last entry, effective or not.</summary>
    public ulong Index { get; init; } = 10;

    /// <summary>Raft index of the last change of any key: what a GET of a missing key says in X-Consul-Index.</summary>
    public ulong TableIndex { get; init; } = 1;

    public ImmutableSortedDictionary<string, KvModelEntry> Entries { get; init; } = ImmutableSortedDictionary<string, KvModelEntry>.Empty.WithComparers(StringComparer.Ordinal);

    public ImmutableHashSet<string> LockSessions { get; init; } = [];

    public KvModelEntry? this[string key] => Entries.GetValueOrDefault(key);

    /// <summary>One raft entry: all operations or none.</summary>
    public (KvModel After, KvModelAnswer Answer) Apply(params IReadOnlyList<KvModelOperation> operations)
    {
        var step = new Step(this with { Index = Index + 1 });
        for (var position = 0; position < operations.Count; position++)
            if (step.Do(operations[position]) is { } problem) step.Errors.Add((position, problem));
        var answer = new KvModelAnswer(step.Errors, step.Errors.Count == 0 ? step.Results : [], step.Errors.Count == 0 ? step.Changed : []);
        return (answer.Done ? step.Now : this with { Index = Index + 1 }, answer);
    }

    /// <summary>A lock session ends: its locks are released.</summary>
    public KvModel EndLockSession(string session)
    {
        var now = this with { Index = Index + 1, LockSessions = LockSessions.Remove(session) };
        foreach (var entry in Entries.Values.Where(entry => entry.LockSession == session))
            now = now with { TableIndex = now.Index, Entries = now.Entries.SetItem(entry.Key, entry with { LockSession = null, ModifyIndex = now.Index }) };
        return now;
    }

    /// <summary>The work on one raft entry.</summary>
    private sealed class Step(KvModel now)
    {
        public KvModel Now { get; private set; } = now;

        public List<(int, string)> Errors { get; } = [];

        public List<KvModelEntry> Results { get; } = [];

        public List<(string, ulong)> Changed { get; } = [];

        /// <summary>Does it; a text says why not.</summary>
        public string? Do(KvModelOperation operation)
        {
            var there = Now[operation.Key];
            switch (operation.Verb)
            {
                case "set":
                    return Set(operation, there?.LockSession, 0);
                case "cas":
                    if (operation.Index == 0 ? there is not null : there?.ModifyIndex != operation.Index) return $"failed to set key \"{operation.Key}\", index is stale";
                    return Set(operation, there?.LockSession, 0);
                case "delete":
                    return Delete(there);
                case "delete-cas":
                    if (there is not null && there.ModifyIndex != operation.Index) return $"failed to delete key \"{operation.Key}\", index is stale";
                    return Delete(there);
                case "delete-tree":
                    foreach (var entry in Now.Entries.Values.Where(entry => entry.Key.StartsWith(operation.Key, StringComparison.Ordinal)).ToArray()) Delete(entry);
                    return null;
                case "lock":
                    if (!Now.LockSessions.Contains(operation.LockSession!)) return $"invalid session \"{operation.LockSession}\"";
                    if (there?.LockSession is { } holder && holder != operation.LockSession) return $"failed to lock key \"{operation.Key}\", lock is already held";
                    return Set(operation, operation.LockSession, there is null ? 1 : there.LockSession is null ? there.LockIndex + 1 : there.LockIndex);
                case "unlock":
                    if (there is null || there.LockSession != operation.LockSession) return $"failed to unlock key \"{operation.Key}\", lock isn't held, or is held by another session";
                    return Set(operation, null, there.LockIndex);
                case "get":
                    if (there is null) return $"key \"{operation.Key}\" doesn't exist";
                    Results.Add(there);
                    return null;
                case "check-index":
                    if (there is null) return $"failed to check index, key \"{operation.Key}\" doesn't exist";
                    if (there.ModifyIndex == operation.Index)
                    {
                        Results.Add(there);
                        return null;
                    }
                    return $"failed index check for key \"{operation.Key}\", current modify index {there.ModifyIndex} != {operation.Index}";
                default:
                    return there is null ? null : $"key \"{operation.Key}\" exists";
            }
        }

        /// <summary>What is there already, value, flags, lock and lock index alike, keeps its ModifyIndex.</summary>
        private string? Set(KvModelOperation operation, string? lockSession, ulong lockIndex)
        {
            var there = Now[operation.Key];
            var entry = new KvModelEntry(operation.Key, operation.Value, operation.Flags, there?.CreateIndex ?? Now.Index, there?.ModifyIndex ?? 0, lockIndex, lockSession);
            if (entry != there)
            {
                entry = entry with { ModifyIndex = Now.Index };
                Changed.Add((operation.Key, there?.ModifyIndex ?? 0));
                Now = Now with { TableIndex = Now.Index, Entries = Now.Entries.SetItem(operation.Key, entry) };
            }
            Results.Add(entry);
            return null;
        }

        private string? Delete(KvModelEntry? there)
        {
            if (there is null) return null;
            Changed.Add((there.Key, there.ModifyIndex));
            Now = Now with { TableIndex = Now.Index, Entries = Now.Entries.Remove(there.Key) };
            return null;
        }
    }
}
