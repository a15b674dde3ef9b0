using System.Net;
using System.Text;
using ConsulKvTools.Http;
using ConsulKvTools.Kv;
using ConsulKvTools.Tests.Kv.Outcomes.Model;

namespace ConsulKvTools.Tests.Kv.Outcomes;

/// <summary>What the model found, one story each.</summary>
public sealed class OutcomeDefectTests
{
    private static readonly KvModel Old = KvModel.Empty.Apply(new KvModelOperation("set", "k", "old")).After;
    private static readonly KvModel Two = Old.Apply(new KvModelOperation("set", "l", "old")).After;

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_index_of_another_datacenter_is_not_taken_for_one_of_keys()
    {
        using var consul = new ScriptedConsul(Old);
        consul.Others["/v1/acl/token/self"] = () =>
        {
            var answer = KvModelWire.Text(HttpStatusCode.OK, "{}");
            answer.Headers.Add("X-Consul-Index", "100000");
            return answer;
        };
        consul.LoseAnswer(1, () => consul.Apply(new KvModelOperation("set", "k", "theirs")));
        using var session = consul.Open();
        await session.Http.SendAsync(ConsulRequest.Get("/v1/acl/token/self"), TimeSpan.FromSeconds(5), None);

        var result = await WriteAsync(session, Cas("k", Old["k"]!.ModifyIndex));

        Assert.Equal(ConsulKvOutcome.Unknown, result.Outcome);
    }

    [Fact]
    public async Task A_check_and_set_of_a_key_that_was_gone_before_is_a_conflict_even_after_a_lost_answer()
    {
        using var consul = new ScriptedConsul(Old.Apply(new KvModelOperation("delete", "k")).After);
        using var session = consul.Open();
        await new KvReader(session).GetAsync("k", ConsulConsistency.Consistent, None);
        consul.LoseAnswer(1);

        var result = await WriteAsync(session, Cas("k", Old["k"]!.ModifyIndex));

        Assert.Equal((ConsulKvOutcome.Conflict, "Cas.NonZeroButMissing"), (result.Outcome, result.Code));
    }

    [Fact]
    public async Task A_fenced_put_is_not_written_over_what_came_after_it()
    {
        using var consul = new ScriptedConsul(Old);
        consul.LoseAnswer(1, () => consul.Apply(new KvModelOperation("set", "k", "theirs")));
        using var session = consul.Open();

        var result = await WriteAsync(session, Put("k") with { Fenced = true });

        Assert.Equal((ConsulKvOutcome.Unknown, "theirs"), (result.Outcome, consul.Now["k"]!.Value));
    }

    [Fact]
    public async Task A_put_whose_answer_was_lost_notes_that_it_may_land_late_and_one_that_was_answered_does_not()
    {
        using var consul = new ScriptedConsul(Old).Lose(1);
        using var session = consul.Open();

        var late = await WriteAsync(session, Put("k"));
        var plain = await WriteAsync(session, Put("k") with { Value = "W"u8.ToArray() });
        consul.Lose(4);
        var bound = await WriteAsync(session, Cas("k", consul.Now["k"]!.ModifyIndex));

        Assert.Equal(["Outcome.LateAttempt"], late.Notes.Select(note => note.Code));
        Assert.Empty(plain.Notes);
        Assert.Equal((ConsulKvOutcome.Written, 0), (bound.Outcome, bound.Notes.Count));
    }

    [Fact]
    public async Task A_removal_after_which_a_stranger_makes_the_key_anew_leaves_theirs_alone()
    {
        using var consul = new ScriptedConsul(Old);
        consul.LoseAnswer(1, () => consul.Apply(new KvModelOperation("set", "k", "theirs")));
        using var session = consul.Open();

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "k", Kind = ConsulKvWriteKind.Delete, Fenced = true });

        Assert.Equal((ConsulKvOutcome.Written, "theirs"), (result.Outcome, consul.Now["k"]?.Value));
    }

    [Fact]
    public async Task A_tree_that_is_gone_is_not_removed_again_with_what_was_made_since()
    {
        using var consul = new ScriptedConsul(KvModel.Empty.Apply(new KvModelOperation("set", "t/a", "old")).After);
        consul.LoseAnswer(1, () => consul.Apply(new KvModelOperation("set", "t/new", "theirs")));
        using var session = consul.Open();

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "t/", Kind = ConsulKvWriteKind.DeleteTree });

        Assert.Equal((ConsulKvOutcome.Written, "t/new"), (result.Outcome, Assert.Single(consul.Now.Entries.Keys)));
    }

    [Fact]
    public async Task A_tree_whose_removal_was_lost_is_removed_by_a_guarded_transaction()
    {
        using var consul = new ScriptedConsul(KvModel.Empty.Apply(new KvModelOperation("set", "t/a", "old")).After).Lose(1);
        using var session = consul.Open();

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "t/", Kind = ConsulKvWriteKind.DeleteTree });

        Assert.Equal((ConsulKvOutcome.Written, 0), (result.Outcome, consul.Now.Entries.Count));
        Assert.Equal(["check-index", "delete-tree"], consul.Requests[^1].Operations.Select(operation => operation.Verb));
    }

    [Fact]
    public async Task A_tree_that_may_not_be_read_back_is_not_removed_again()
    {
        using var consul = new ScriptedConsul(KvModel.Empty.Apply(new KvModelOperation("set", "t/a", "old")).After);
        var refused = 0;
        consul.Lose(1, () => consul.Others["/v1/kv/t/"] = () =>
        {
            refused++;
            return KvModelWire.Text(HttpStatusCode.Forbidden, "Permission denied");
        });
        using var session = consul.Open();

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "t/", Kind = ConsulKvWriteKind.DeleteTree });

        Assert.Equal((ConsulKvOutcome.Unknown, 1), (result.Outcome, consul.Requests.Count(wire => wire.IsWrite)));
        Assert.True(refused > 0);
    }

    [Fact]
    public async Task A_refused_operation_has_the_callers_number_and_key_whatever_else_was_sent_along()
    {
        using var consul = new ScriptedConsul(Two);
        using var session = consul.Open();
        ConsulKvWrite[] writes = [Put("k"), Cas("l", 1)];

        var plain = await new KvWriter(session).WriteAtomicAsync(writes, None);
        var marked = await new KvWriter(session).WriteAtomicAsync([.. writes.Select(Marked)], None);

        foreach (var finding in new[] { plain[0].Finding!, marked[0].Finding! })
            Assert.Equal(("Txn.OpFailed", 2, "l"), (finding.Code, finding.Evidence["number"], finding.Evidence["key"]));
    }

    [Fact]
    public async Task A_transaction_is_read_back_in_one_view()
    {
        using var consul = new ScriptedConsul(Two).LoseAnswer(1);
        using var session = consul.Open();

        var results = await new KvWriter(session).WriteAtomicAsync([Put("k"), Put("l")], None);

        Assert.All(results, result => Assert.Equal((ConsulKvOutcome.Written, consul.Now["k"]!.ModifyIndex), (result.Outcome, result.ModifyIndex)));
        Assert.Equal(["get", "get"], consul.Requests[^1].Operations.Select(operation => operation.Verb));
        Assert.All(results, result => Assert.Equal("Outcome.LateAttempt", Assert.Single(result.Notes).Code));
    }

    [Fact]
    public async Task A_transaction_of_which_one_key_is_untouched_was_not_applied_and_is_a_conflict_when_it_never_can_be()
    {
        using var consul = new ScriptedConsul(Two);
        consul.Lose(1, () => consul.Apply(new KvModelOperation("set", "k", "theirs")));
        using var session = consul.Open();

        var results = await new KvWriter(session).WriteAtomicAsync([Cas("k", Two["k"]!.ModifyIndex), Cas("l", Two["l"]!.ModifyIndex)], None);

        Assert.All(results, result => Assert.Equal((ConsulKvOutcome.Conflict, "Cas.IndexStale"), (result.Outcome, result.Code)));
    }

    [Fact]
    public async Task An_idle_check_and_set_does_not_let_a_retry_overwrite_another_key_unseen()
    {
        using var consul = new ScriptedConsul(Two);
        consul.Lose(1);
        // Between the view and the retry somebody writes.
        consul.On(2, wire =>
        {
            consul.Apply(new KvModelOperation("set", "l", "theirs"));
            return consul.Apply(wire);
        });
        using var session = consul.Open();

        await new KvWriter(session).WriteAtomicAsync([Cas("k", Two["k"]!.ModifyIndex) with { Value = "old"u8.ToArray() }, Put("l")], None);

        Assert.Equal("cas", consul.Requests.Where(wire => wire.IsWrite).ElementAt(1).Operations[^1].Verb);
    }

    [Fact]
    public async Task A_fenced_transaction_reads_first()
    {
        using var consul = new ScriptedConsul(Two);
        using var session = consul.Open();
        ConsulKvWrite[] writes = [Put("k") with { Fenced = true }, Put("l") with { Fenced = true }];

        var first = await new KvWriter(session).WriteAtomicAsync(writes, None);
        var second = await new KvWriter(session).WriteAtomicAsync(writes, None);

        Assert.Equal(["read first", "TXN fenced"], first[0].Attempts.Select(attempt => attempt.Action));
        Assert.All(second, result => Assert.Equal((ConsulKvOutcome.Unchanged, consul.Now["k"]!.ModifyIndex), (result.Outcome, result.ModifyIndex)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Status_200_with_the_page_of_a_proxy_is_no_success_and_no_crash(bool marked)
    {
        using var consul = new ScriptedConsul(Two);
        foreach (var write in new[] { 1, 2 }) consul.On(write, _ => KvModelWire.Text(HttpStatusCode.OK, "<html>please log in</html>"));
        using var session = consul.Open();

        var results = await new KvWriter(session).WriteAtomicAsync([Put("k") with { OperationPrefix = marked ? "op/" : null }, Put("l") with { OperationPrefix = marked ? "op/" : null }], None);

        Assert.All(results, result => Assert.Equal(ConsulKvOutcome.Written, result.Outcome));
        Assert.Equal(("V", "V"), (consul.Now["k"]!.Value, consul.Now["l"]!.Value));
    }

    [Fact]
    public async Task A_write_given_up_while_its_marker_is_made_was_not_written()
    {
        using var stop = new CancellationTokenSource();
        using var consul = new ScriptedConsul(Old);
        consul.On(1, wire =>
        {
            consul.Apply(wire);
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });
        using var session = consul.Open();

        var result = await new KvWriter(session).WriteAsync(Marked(Put("k")), stop.Token);

        Assert.Equal((ConsulKvOutcome.Failed, "Outcome.Cancelled", "old"), (result.Outcome, result.Code, consul.Now["k"]!.Value));
        Assert.DoesNotContain(consul.Now.Entries.Keys, key => key.StartsWith("op/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_index_of_a_marked_write_that_changed_nothing_is_the_keys_own()
    {
        using var consul = new ScriptedConsul(Old).LoseAnswer(2);
        using var session = consul.Open();

        var result = await WriteAsync(session, Marked(Put("k")) with { Value = "old"u8.ToArray() });

        Assert.Equal((ConsulKvOutcome.Written, Old["k"]!.ModifyIndex), (result.Outcome, result.ModifyIndex));
    }

    [Fact]
    public async Task A_marker_that_could_not_be_removed_is_named()
    {
        using var consul = new ScriptedConsul(Old);
        for (var write = 3; write < 10; write++) consul.On(write, _ => KvModelWire.Text(HttpStatusCode.Forbidden, "Permission denied"));
        using var session = consul.Open();

        var result = await WriteAsync(session, Marked(Put("k")));

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        Assert.Contains(Assert.Single(consul.Now.Entries.Keys, key => key.StartsWith("op/", StringComparison.Ordinal)), result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_marker_that_somebody_removed_is_not_taken_for_one_that_was_given_up()
    {
        using var consul = new ScriptedConsul(Old);
        // Applied, and the marker swept away by somebody; from then on nothing but removals gets through.
        consul.LoseAnswer(2, () => consul.Apply(consul.Now.Entries.Keys.Where(key => key.StartsWith("op/", StringComparison.Ordinal)).Select(key => new KvModelOperation("delete", key)).ToArray()));
        using var session = consul.Open();

        var result = await WriteAsync(session, Marked(Put("k")));

        Assert.Equal((ConsulKvOutcome.Unknown, "V"), (result.Outcome, consul.Now["k"]!.Value));
    }

    [Fact]
    public async Task Unknown_names_the_command_and_what_to_compare()
    {
        using var consul = new ScriptedConsul(Old);
        consul.LoseAnswer(1, () => consul.Apply(new KvModelOperation("set", "k", "theirs")));
        using var session = consul.Open();
        var plain = await WriteAsync(session, Cas("k", Old["k"]!.ModifyIndex));
        using var stop = new CancellationTokenSource();
        consul.On(4, _ =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });
        var marked = await new KvWriter(session).WriteAsync(Marked(Put("k")), stop.Token);

        Assert.Contains("Get-ConsulKvConsistent -Key 'k'", plain.Remedy, StringComparison.Ordinal);
        Assert.Contains($"ModifyIndex still {Old["k"]!.ModifyIndex}", plain.Remedy, StringComparison.Ordinal);
        var marker = Assert.Single(consul.Now.Entries.Keys, key => key.StartsWith("op/", StringComparison.Ordinal));
        Assert.Equal(ConsulKvOutcome.Unknown, marked.Outcome);
        Assert.Contains($"Get-ConsulKvConsistent -Key '{marker}'", marked.Remedy, StringComparison.Ordinal);
        Assert.Contains($"Remove-ConsulKv -Key '{marker}' -CheckAndSet {consul.Now[marker]!.ModifyIndex}", marked.Remedy, StringComparison.Ordinal);
    }

    private static ConsulKvWrite Put(string key) => new() { Key = key, Value = Encoding.UTF8.GetBytes("V") };

    private static ConsulKvWrite Cas(string key, ulong index) => Put(key) with { Kind = ConsulKvWriteKind.CheckAndSet, Index = index };

    private static ConsulKvWrite Marked(ConsulKvWrite write) => write with { OperationPrefix = "op/" };

    private static Task<ConsulKvWriteResult> WriteAsync(ConsulKvSession session, ConsulKvWrite write) => new KvWriter(session).WriteAsync(write, None);
}
