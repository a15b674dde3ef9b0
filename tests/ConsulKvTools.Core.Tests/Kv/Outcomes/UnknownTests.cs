using ConsulKvTools.Tests.Kv.Outcomes.Exploring;
using ConsulKvTools.Tests.Kv.Outcomes.Model;

namespace ConsulKvTools.Tests.Kv.Outcomes;

/// <summary>
/// <c>Unknown</c> only where the truth cannot be told: for each run that ends so, another that saw the same, down to the order of all indexes,
/// has another truth. The runs begin with every state of the store that the caller cannot tell apart. Not for transactions: what stands
/// against one of ours is the same one of a stranger's, and the strangers here write one key at a time. Nor for release: a late one lands
/// when the caller takes the lock again, and nobody here does so for them.
/// </summary>
public sealed class UnknownTests(ITestOutputHelper output)
{
    private static readonly KvModel Empty = KvModel.Empty with { LockSessions = [Strangers.Us, Strangers.Them] };
    private static readonly KvModelOperation Other = new("set", "x", "");

    /// <summary>k is at 11 or was, l at 12 or was; then things go different ways.</summary>
    private static readonly KvModel[] Starts =
    [
        With(With(Empty, "old"), Other),
        With(With(Empty, "V"), Other),
        // The index of the store was that of a key which is not there any more.
        With(With(With(With(Empty, "old"), Other), new KvModelOperation("set", "y", "")), new KvModelOperation("delete", "y")),
        With(With(With(With(Empty, "V"), Other), new KvModelOperation("set", "y", "")), new KvModelOperation("delete", "y")),
        With(With(With(Empty, "old"), Other), new KvModelOperation("set", "k", "W")),
        With(With(With(Empty, "V"), Other), new KvModelOperation("set", "k", "W")),
        With(With(With(Empty, "old"), Other), new KvModelOperation("set", "k", "V")),
        With(With(With(Empty, "old"), Other), new KvModelOperation("delete", "k")),
        With(With(With(With(Empty, "old"), Other), new KvModelOperation("delete", "k")), new KvModelOperation("set", "k", "W")),
        With(With(With(Empty, "old"), Other), new KvModelOperation("lock", "k", "W", LockSession: Strangers.Them)),
        With(With(With(Empty, "old"), Other), new KvModelOperation("lock", "k", "W", LockSession: Strangers.Us)),
    ];

    public static TheoryData<string> Kinds => [.. Writes.Keys];

    private static Dictionary<string, ConsulKvWrite[]> Writes { get; } = new()
    {
        ["fenced put"] = [Put("k") with { Fenced = true }],
        ["check-and-set"] = [Put("k") with { Kind = ConsulKvWriteKind.CheckAndSet, Index = 11 }],
        ["create-only"] = [Put("k") with { Kind = ConsulKvWriteKind.CreateOnly }],
        ["delete with check"] = [new ConsulKvWrite { Key = "k", Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = 11 }],
        ["acquire"] = [Put("k") with { Kind = ConsulKvWriteKind.Acquire, LockSession = Strangers.Us }],
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Unknown_is_said_only_where_the_truth_cannot_be_told(string kind)
    {
        var views = new UndecidedViews();
        foreach (var hasRead in new[] { true, false })
            // Where nothing is asked about locks strangers take none.
            foreach (var start in Starts.Where(start => Writes[kind][0].LockSession is not null || start["k"]?.LockSession is null))
                await new Explorer(new Scenario(kind, start, Writes[kind]) { HasRead = hasRead, Strangers = 1 }, null, views).AllAsync(20_000);
        output.WriteLine($"{views.Count} views end in Unknown; {views.Decidable.Count} of them fit one truth only");
        Assert.True(views.Count > 0);
        Assert.True(views.Decidable.Count == 0, string.Join("\n", views.Decidable.Select(view => $"{view.Truths}: {view.Story}")));
    }

    private static KvModel With(KvModel model, string k) => With(With(model, new KvModelOperation("set", "k", k)), new KvModelOperation("set", "l", "old"));

    private static KvModel With(KvModel model, KvModelOperation operation) => model.Apply(operation).After;

    private static ConsulKvWrite Put(string key) => new() { Key = key, Value = "V"u8.ToArray() };
}
