using System.Collections.Concurrent;
using ConsulKvTools.Kv.Watching;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Kv.Watching;

/// <summary>Answers that a watch must not fall for, from a scripted server.</summary>
public sealed class WatchAnswerTests
{
    private static readonly ConsulRetryPolicy Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(50), AttemptTimeout = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task An_index_that_went_back_begins_anew_and_the_old_one_is_not_waited_for()
    {
        await using var script = new Script(Answer(100, ("w/a", 100, "new")), Answer(40, ("w/a", 40, "old")), Answer(40, ("w/a", 40, "old")), Answer(45, ("w/a", 45, "newer")));
        await script.Log.UntilAsync(said => said.Changes.Count == 2);

        Assert.Equal(["Changed w/a=old", "Changed w/a=newer"], script.Log.Lines);
        // First without an index, then with 100; asked again by consensus, and then with 40.
        Assert.Equal(["recurse", "recurse&index=100&wait=2000ms", "recurse&consistent", "recurse&index=40&wait=2000ms"], script.Queries.Take(4));
        Assert.Contains(script.Log.Notes, note => note.Kind == KvWatchNoteKind.WentBack);
    }

    [Fact]
    public async Task An_older_answer_of_a_server_that_is_behind_is_not_told()
    {
        await using var script = new Script(Answer(100, ("w/a", 100, "new")), Answer(90, ("w/a", 90, "old"), ("w/gone", 80, "x")), Answer(100, ("w/a", 100, "new")), Answer(110, ("w/a", 110, "newest")));
        await script.Log.UntilAsync(said => said.Changes.Count == 1);

        Assert.Equal(["Changed w/a=newest"], script.Log.Lines);
        Assert.Contains(script.Log.Notes, note => note.Kind == KvWatchNoteKind.OldAnswer);
    }

    [Fact]
    public async Task An_index_of_zero_is_never_waited_for_and_yet_changes_are_seen_without_a_tight_loop()
    {
        await using var script = new Script(Answer(0, ("w/a", 5, "1")), Answer(0, ("w/a", 5, "1")), Answer(0, ("w/a", 6, "2")));
        await script.Log.UntilAsync(said => said.Changes.Count == 1);

        Assert.Equal(["Changed w/a=2"], script.Log.Lines);
        Assert.All(script.Queries, query => Assert.DoesNotContain("index=", query, StringComparison.Ordinal));
        Assert.True(script.Queries.Count <= 4, $"{script.Queries.Count} questions");
    }

    [Fact]
    public async Task An_agent_that_answers_at_once_without_a_change_is_not_asked_in_a_tight_loop()
    {
        await using var script = new Script(Answer(7, ("w/a", 7, "1")));
        await script.Log.BeganAsync();
        await Task.Delay(TimeSpan.FromSeconds(2.5), TestContext.Current.CancellationToken);

        Assert.InRange(script.Queries.Count, 2, 12);
        Assert.Empty(script.Log.Changes);
    }

    [Fact]
    public async Task An_answer_that_comes_early_with_the_same_index_is_asked_again_without_one_for_the_store_may_be_another()
    {
        // As of a snapshot that is restored: the waiting query ends at once with what was, and the new store would hold the old index for the whole wait.
        await using var script = new Script(
            Answer(100, ("w/a", 100, "new")), Answer(100, ("w/a", 100, "new")), Answer(40, ("w/a", 40, "old")), Answer(40, ("w/a", 40, "old")),
            Answer(45, ("w/a", 45, "newer")), Answer(45, ("w/a", 45, "newer")).After(TimeSpan.FromMinutes(1)));
        await script.Log.UntilAsync(said => said.Changes.Count == 2);

        Assert.Equal(["Changed w/a=old", "Changed w/a=newer"], script.Log.Lines);
        Assert.Equal(["recurse", "recurse&index=100&wait=2000ms", "recurse", "recurse&consistent", "recurse&index=40&wait=2000ms"], script.Queries.Take(5));
        Assert.Contains(script.Log.Notes, note => note.Kind == KvWatchNoteKind.WentBack);
    }

    [Fact]
    public async Task An_answer_that_comes_when_the_wait_is_over_is_no_reason_to_ask_without_an_index()
    {
        var held = Answer(7, ("w/a", 7, "1")).After(TimeSpan.FromSeconds(2.05));
        await using var script = new Script(Answer(7, ("w/a", 7, "1")), held, held, Answer(9, ("w/a", 9, "2")));
        await script.Log.UntilAsync(said => said.Changes.Count == 1);

        Assert.Equal(["recurse", "recurse&index=7&wait=2000ms", "recurse&index=7&wait=2000ms", "recurse&index=7&wait=2000ms"], script.Queries.Take(4));
    }

    [Fact]
    public async Task Below_an_empty_prefix_the_index_is_that_of_the_whole_store_and_tells_of_nothing_hidden()
    {
        await using var script = new Script(_ => true, Answer(7), Answer(9), Answer(12), Answer(13, ("w/a", 13, "1")));
        await script.Log.UntilAsync(said => said.Changes.Count == 1);

        Assert.Equal(["Added w/a=1"], script.Log.Lines);
        Assert.DoesNotContain(script.Log.Notes, note => note.Kind == KvWatchNoteKind.Hidden);
    }

    [Fact]
    public async Task Where_there_are_keys_an_index_that_moves_without_them_is_told_once()
    {
        await using var script = new Script(
            _ => true, Answer(7, ("w/a", 7, "1")), Answer(8, ("w/a", 7, "1")), Answer(9, ("w/a", 7, "1")), Answer(10, ("w/a", 10, "2")), Answer(11, ("w/a", 10, "2")), Answer(12, ("w/a", 12, "3")));
        await script.Log.UntilAsync(said => said.Changes.Count == 2);

        var told = Assert.Single(script.Log.Notes, note => note.Kind == KvWatchNoteKind.Hidden);
        Assert.StartsWith("Something changed below w/", told.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(5, 5)]
    [InlineData(long.MaxValue, 5)]
    public void Changes_of_one_index_stay_together(long most, int given)
    {
        var changes = new ulong[] { 7, 7, 9, 9, 10 }.Select((index, number) => new ConsulKvChange { Kind = ConsulKvChangeKind.Added, Key = $"w/{number}", Index = index, Time = DateTimeOffset.UnixEpoch }).ToArray();

        Assert.Equal(given, KvWatch.Upto(most, changes));
    }

    [Theory]
    [InlineData(429, "Your IP is issuing too many concurrent connections, please rate limit your calls\n")]
    [InlineData(503, "rate limit exceeded, try again later or against a different server")]
    [InlineData(500, "No cluster leader")]
    [InlineData(500, "rpc error making call: EOF")]
    [InlineData(502, "<html>Bad Gateway</html>")]
    public async Task An_error_in_between_changes_nothing(int status, string text)
    {
        await using var script = new Script(Answer(7, ("w/a", 7, "1")), ScriptedResponse.Text(text, status), ScriptedResponse.Text(text, status), Answer(9, ("w/a", 7, "1"), ("w/b", 9, "2")));
        await script.Log.UntilAsync(said => said.Changes.Count == 1);

        Assert.Equal(["Added w/b=2"], script.Log.Lines);
        Assert.Contains(script.Log.Notes, note => note.Kind == KvWatchNoteKind.Resumed);
        // An agent that was begun anew would hold the old index for the whole wait: after a failure nothing is waited for.
        Assert.Contains("index=7", script.Queries.ElementAt(1), StringComparison.Ordinal);
        Assert.All(script.Queries.Skip(2).Take(2), query => Assert.DoesNotContain("index=", query, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_torn_answer_counts_for_nothing()
    {
        var whole = Body(("w/a", 7, "1"), ("w/b", 9, "2"));
        await using var script = new Script(
            Answer(7, ("w/a", 7, "1"), ("w/z", 6, "last")), ScriptedResponse.Truncated(whole, whole.Length / 2), ScriptedResponse.WrongLength(whole.Substring(0, whole.Length - 1), whole.Length - 1),
            ScriptedResponse.Reset, Answer(9, ("w/a", 7, "1"), ("w/b", 9, "2"), ("w/z", 6, "last")));
        await script.Log.UntilAsync(said => said.Changes.Count > 0);

        Assert.Equal(["Added w/b=2"], script.Log.Lines);
    }

    [Fact]
    public async Task The_same_indexes_with_another_value_are_a_change()
    {
        await using var script = new Script(Answer(7, ("w/a", 7, "1")), Answer(8, ("w/a", 7, "other")));
        await script.Log.UntilAsync(said => said.Changes.Count == 1);

        Assert.Equal(["Changed w/a=other"], script.Log.Lines);
    }

    [Fact]
    public async Task An_answer_that_says_it_is_filtered_removes_only_what_may_be_read_and_is_gone()
    {
        await using var script = new Script(
            allowed: key => key != "w/hidden",
            Answer(7, ("w/a", 7, "1"), ("w/hidden", 6, "1"), ("w/gone", 5, "1")), Answer(9, "X-Consul-Results-Filtered-By-ACLs: true", ("w/a", 7, "1")));
        await script.Log.UntilAsync(said => said.Changes.Count == 1);

        Assert.Equal(["Removed w/gone"], script.Log.Lines);
        Assert.Contains(script.Log.Notes, note => note.Kind == KvWatchNoteKind.Hidden && note.Text.StartsWith("1 key ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_shorter_answer_with_the_same_index_is_no_removal_for_that_would_have_left_nothing()
    {
        await using var script = new Script(_ => true, Answer(7, ("w/a", 7, "1"), ("w/b", 6, "1")), Answer(7, ("w/b", 6, "1")));
        await script.Log.UntilAsync(said => said.Notes.Any(note => note.Kind == KvWatchNoteKind.Hidden));

        Assert.Empty(script.Log.Lines);
    }

    [Fact]
    public async Task A_stale_watch_says_when_its_server_has_lost_the_leader_and_when_it_hears_of_one_again()
    {
        await using var script = new Script(
            ConsulConsistency.Stale, Answer(7, "X-Consul-LastContact: 40", ("w/a", 7, "1")), Answer(7, "X-Consul-LastContact: 900000", ("w/a", 7, "1")),
            Answer(7, "X-Consul-LastContact: 900000", ("w/a", 7, "1")), Answer(9, "X-Consul-LastContact: 20", ("w/a", 9, "2")));
        await script.Log.UntilAsync(said => said.Notes.Any(note => note.Kind == KvWatchNoteKind.Resumed));

        var told = Assert.Single(script.Log.Notes, note => note.Kind == KvWatchNoteKind.Interrupted);
        Assert.StartsWith("The server that answers last heard from a leader 900 s ago", told.Text, StringComparison.Ordinal);
        Assert.Equal("Cluster.FollowerLagging", told.Finding!.Code);
        Assert.Equal(["Changed w/a=2"], script.Log.Lines);
    }

    private static ScriptedResponse Answer(ulong index, params (string Key, ulong Index, string Value)[] rows) => Answer(index, "X-Consul-KnownLeader: true", rows);

    private static ScriptedResponse Answer(ulong index, string header, params (string Key, ulong Index, string Value)[] rows) => ScriptedResponse.Json(Body(rows), 200, $"X-Consul-Index: {index}", header);

    private static string Body(params (string Key, ulong Index, string Value)[] rows) => "[" + string.Join(",", rows.Select(row =>
        $$"""{"LockIndex":0,"Key":"{{row.Key}}","Flags":0,"Value":"{{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(row.Value))}}","CreateIndex":{{Math.Min(row.Index, 5)}},"ModifyIndex":{{row.Index}}}""")) + "]";

    /// <summary>A server that gives its answers in turn, the last one again and again, and a watch of it.</summary>
    private sealed class Script : IAsyncDisposable
    {
        private readonly ScriptedHttpServer server = new();
        private readonly ConsulKvSession session;

        public Script(params ScriptedResponse[] answers)
            : this(null, ConsulConsistency.Default, answers)
        {
        }

        public Script(ConsulConsistency consistency, params ScriptedResponse[] answers)
            : this(null, consistency, answers)
        {
        }

        public Script(Func<string, bool>? allowed, params ScriptedResponse[] answers)
            : this(allowed, ConsulConsistency.Default, answers)
        {
        }

        private Script(Func<string, bool>? allowed, ConsulConsistency consistency, ScriptedResponse[] answers)
        {
            server.On("POST", "/v1/internal/acl/authorize", ScriptedResponse.Text("ACL support disabled", 401));
            if (allowed is not null)
            {
                server.On(request => request.Path == "/v1/internal/acl/authorize", request => ScriptedResponse.Json("[" + string.Join(",", System.Text.Json.Nodes.JsonNode.Parse(request.Text)!.AsArray()
                    .Select(row => $$"""{"Allow":{{(row!["Access"]!.ToString() is "read" or "list" && allowed(row["Segment"]!.ToString()) ? "true" : "false")}}}""")) + "]"));
            }
            server.On(request =>
            {
                if (!request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal)) return false;
                Queries.Enqueue(request.Query);
                return true;
            }, answers);
            session = LabSessions.Open(server.Address.OriginalString, policy: Quick);
            Log = new WatchLog(session, new KvWatchOptions { Name = "w/", IsPrefix = true, Wait = TimeSpan.FromSeconds(2), Consistency = consistency });
        }

        public WatchLog Log { get; }

        public ConcurrentQueue<string> Queries { get; } = new();

        public async ValueTask DisposeAsync()
        {
            await Log.DisposeAsync();
            session.Dispose();
            await server.DisposeAsync();
        }
    }
}
