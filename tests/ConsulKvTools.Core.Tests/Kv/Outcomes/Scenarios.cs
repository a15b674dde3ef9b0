using ConsulKvTools.Tests.Kv.Outcomes.Exploring;
using ConsulKvTools.Tests.Kv.Outcomes.Model;

namespace ConsulKvTools.Tests.Kv.Outcomes;

/// <summary>Every kind of write from every state of the key that makes a difference.</summary>
internal static class Scenarios
{
    private const string Us = Strangers.Us;

    private static readonly KvModel Missing = KvModel.Empty with { LockSessions = [Strangers.Us, Strangers.Them] };
    private static readonly KvModel Old = With(Missing, new("set", "k", "old"));
    private static readonly KvModel Same = With(Missing, new("set", "k", "V"));
    private static readonly KvModel HeldByUs = With(Missing, new("lock", "k", "old", LockSession: Strangers.Us));
    private static readonly KvModel HeldByThem = With(Missing, new("lock", "k", "old", LockSession: Strangers.Them));
    private static readonly KvModel Two = With(With(Missing, new("set", "k", "old")), new("set", "l", "old"));
    private static readonly KvModel Tree = With(With(Missing, new("set", "t/a", "old")), new("set", "t/b", "old"));

    public static IReadOnlyList<string> Names { get; } = Basic.Select(scenario => scenario.Name).ToArray();

    public static Scenario Named(string name) => Basic.Single(scenario => scenario.Name == name);

    private static IEnumerable<Scenario> Basic =>
    [
        new("put of a missing key", Missing, Put("k")),
        new("put over another value", Old, Put("k")),
        new("put of the same value", Same, Put("k")),
        new("fenced put of a missing key", Missing, Put("k") with { Fenced = true }),
        new("fenced put over another value", Old, Put("k") with { Fenced = true }),
        new("check-and-set", Old, Cas("k", Old["k"]!.ModifyIndex)),
        new("check-and-set of the same value", Same, Cas("k", Same["k"]!.ModifyIndex)),
        new("check-and-set with an old index", With(Old, new("set", "k", "new")), Cas("k", Old["k"]!.ModifyIndex)),
        new("check-and-set of a missing key", Missing, Cas("k", 5)),
        new("create-only of a missing key", Missing, Create("k")),
        new("create-only of one that is there", Old, Create("k")),
        new("delete", Old, Delete("k")),
        new("delete of a missing key", Missing, Delete("k")),
        new("fenced delete", Old, Delete("k") with { Fenced = true }),
        new("delete with check", Old, DeleteCas("k", Old["k"]!.ModifyIndex)),
        new("delete with an old check", With(Old, new("set", "k", "new")), DeleteCas("k", Old["k"]!.ModifyIndex)),
        new("delete of a tree", Tree, new ConsulKvWrite { Key = "t/", Kind = ConsulKvWriteKind.DeleteTree }),
        new("acquire of a free key", Old, Lock("k")),
        new("acquire of a missing key", Missing, Lock("k")),
        new("acquire of a held key", HeldByThem, Lock("k")),
        new("acquire by the holder", HeldByUs, Lock("k")),
        new("release", HeldByUs, Unlock("k")),
        new("release of what is not held", Old, Unlock("k")),
        new("put with marker", Old, Marked(Put("k"))),
        new("put of the same value with marker", Same, Marked(Put("k"))),
        new("check-and-set with marker", Old, Marked(Cas("k", Old["k"]!.ModifyIndex))),
        new("create-only with marker", Missing, Marked(Create("k"))),
        new("create-only with marker of one that is there", Old, Marked(Create("k"))),
        new("delete with marker", Old, Marked(Delete("k"))),
        new("delete with check and marker", Old, Marked(DeleteCas("k", Old["k"]!.ModifyIndex))),
        new("transaction of puts", Two, Put("k"), Put("l")) { Atomic = true },
        new("transaction of put and delete", Two, Put("k"), Delete("l")) { Atomic = true },
        new("fenced transaction", Two, Put("k") with { Fenced = true }, Put("l") with { Fenced = true }) { Atomic = true },
        new("transaction of check-and-sets", Two, Cas("k", Two["k"]!.ModifyIndex), Cas("l", Two["l"]!.ModifyIndex)) { Atomic = true },
        new("transaction of check-and-set and put", Two, Cas("k", Two["k"]!.ModifyIndex), Put("l")) { Atomic = true },
        new("transaction of an idle check-and-set and put", With(Same, new("set", "l", "old")), Cas("k", Same["k"]!.ModifyIndex), Put("l")) { Atomic = true },
        new("transaction of delete with check and put", Two, DeleteCas("k", Two["k"]!.ModifyIndex), Put("l")) { Atomic = true },
        new("transaction of create-only and put", With(Missing, new("set", "l", "old")), Create("k"), Put("l")) { Atomic = true },
        new("transaction of acquire and put", Two, Lock("k"), Put("l")) { Atomic = true },
        new("transaction with marker", Two, Marked(Put("k")), Cas("l", Two["l"]!.ModifyIndex)) { Atomic = true },
    ];

    private static ConsulKvWrite Put(string key) => new() { Key = key, Value = "V"u8.ToArray() };

    private static ConsulKvWrite Cas(string key, ulong index) => Put(key) with { Kind = ConsulKvWriteKind.CheckAndSet, Index = index };

    private static ConsulKvWrite Create(string key) => Put(key) with { Kind = ConsulKvWriteKind.CreateOnly };

    private static ConsulKvWrite Delete(string key) => new() { Key = key, Kind = ConsulKvWriteKind.Delete };

    private static ConsulKvWrite DeleteCas(string key, ulong index) => new() { Key = key, Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = index };

    private static ConsulKvWrite Lock(string key) => Put(key) with { Kind = ConsulKvWriteKind.Acquire, LockSession = Us };

    private static ConsulKvWrite Unlock(string key) => Put(key) with { Kind = ConsulKvWriteKind.Release, LockSession = Us };

    private static ConsulKvWrite Marked(ConsulKvWrite write) => write with { OperationPrefix = "op/" };

    private static KvModel With(KvModel model, KvModelOperation operation) => model.Apply(operation).After;
}
