using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Watching;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Kv.Watching;

/// <summary>Following keys of a real agent.</summary>
[Collection(AclAgentTests.Name)]
public sealed class WatchTests(AclAgentFixture lab)
{
    private static readonly ConsulRetryPolicy Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromMilliseconds(200), AttemptTimeout = TimeSpan.FromSeconds(5) };

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ConsulConsistency.Default, true)]
    [InlineData(ConsulConsistency.Consistent, true)]
    [InlineData(ConsulConsistency.Stale, false)]
    public async Task Each_change_below_a_prefix_is_told_once_with_what_was_before(ConsulConsistency consistency, bool keepsValues)
    {
        using var session = lab.Session();
        var root = $"watch/each-{consistency}/";
        await WriteAsync(session, root + "there", "1");
        await using var log = new WatchLog(session, new KvWatchOptions { Name = root, IsPrefix = true, Consistency = consistency, KeepsValues = keepsValues });
        await log.BeganAsync();

        await WriteAsync(session, root + "new", "a");
        await log.UntilAsync(said => said.Changes.Count == 1);
        await WriteAsync(session, root + "there", "2");
        await log.UntilAsync(said => said.Changes.Count == 2);
        await WriteAsync(session, "watch/beside", "x");
        await RemoveAsync(session, root + "new");
        await log.UntilAsync(said => said.Changes.Count == 3);
        await RemoveAsync(session, root + "there");
        await log.UntilAsync(said => said.Changes.Count == 4);

        Assert.Equal([$"Added {root}new=a", $"Changed {root}there=2", $"Removed {root}new", $"Removed {root}there"], log.Lines);
        Assert.Equal(keepsValues ? [null, "1", "a", "2"] : new string?[] { null, null, null, null }, log.Changes.Select(change => change.OldValue));
        Assert.Equal(log.Changes.Select(change => change.Index).Order(), log.Changes.Select(change => change.Index));
    }

    [Fact]
    public async Task A_key_that_is_missing_is_watched_too_and_a_neighbour_is_not()
    {
        using var session = lab.Session();
        await using var log = new WatchLog(session, new KvWatchOptions { Name = "watch/single" });
        await log.BeganAsync();

        await WriteAsync(session, "watch/single-neighbour", "x");
        await WriteAsync(session, "watch/single", "1");
        await log.UntilAsync(said => said.Changes.Count == 1);
        await RemoveAsync(session, "watch/single");
        await log.UntilAsync(said => said.Changes.Count == 2);
        await WriteAsync(session, "watch/single", "2");
        await log.UntilAsync(said => said.Changes.Count == 3);

        Assert.Equal(["Added watch/single=1", "Removed watch/single", "Added watch/single=2"], log.Lines);
    }

    [Fact]
    public async Task It_begins_with_what_is_there_or_with_what_came_since_an_index()
    {
        using var session = lab.Session();
        await WriteAsync(session, "watch/begin/a", "1");
        await WriteAsync(session, "watch/begin/b", "1");
        var index = (await new KvReader(session).GetAsync("watch/begin/b", ConsulConsistency.Default, None)).Entry!.ModifyIndex;
        await WriteAsync(session, "watch/begin/a", "2");
        await WriteAsync(session, "watch/begin/c", "1");

        await using var whole = new WatchLog(session, new KvWatchOptions { Name = "watch/begin/", IsPrefix = true, InitialState = true, Exclude = new(["*b"]) });
        await using var since = new WatchLog(session, new KvWatchOptions { Name = "watch/begin/", IsPrefix = true, Since = index });
        await whole.UntilAsync(said => said.Changes.Count == 2);
        await since.UntilAsync(said => said.Changes.Count == 2);

        Assert.Equal(["Initial watch/begin/a=2", "Initial watch/begin/c=1"], whole.Lines);
        Assert.Equal(["Changed watch/begin/a=2", "Added watch/begin/c=1"], since.Lines);
    }

    [Fact]
    public async Task A_right_that_is_lost_is_told_and_hides_keys_and_does_not_remove_them()
    {
        using var admin = lab.Session();
        await WriteAsync(admin, "watch/acl/seen", "1");
        await WriteAsync(admin, "watch/acl/hidden", "1");
        await WriteAsync(admin, "watch/acl/gone", "1");
        var policy = $"watch-{Guid.NewGuid():N}";
        var id = System.Text.Json.Nodes.JsonNode.Parse((await lab.Agent.SendAsync("PUT", "/v1/acl/policy", $$$"""{"Name":"{{{policy}}}","Rules":"key_prefix \"watch/acl/\" { policy = \"read\" }"}""")).Body)!["ID"]!.ToString();
        var token = System.Text.Json.Nodes.JsonNode.Parse((await lab.Agent.SendAsync("PUT", "/v1/acl/token", $$$"""{"Policies":[{"ID":"{{{id}}}"}]}""")).Body)!["SecretID"]!.ToString();
        using var session = lab.Session(token, Quick);
        await using var log = new WatchLog(session, new KvWatchOptions { Name = "watch/acl/", IsPrefix = true, Wait = TimeSpan.FromSeconds(1) });
        await log.BeganAsync();

        await RulesAsync("""key_prefix \"watch/acl/\" { policy = \"read\" } key \"watch/acl/hidden\" { policy = \"deny\" }""");
        await log.UntilAsync(said => said.Notes.Any(note => note.Kind == KvWatchNoteKind.Hidden));
        Assert.Equal("Acl.ReadFiltered", log.Notes.First(note => note.Kind == KvWatchNoteKind.Hidden).Finding!.Code);
        await RemoveAsync(admin, "watch/acl/gone");
        await log.UntilAsync(said => said.Changes.Count == 1);
        // What happens while it is hidden shows once it can be seen again.
        await WriteAsync(admin, "watch/acl/hidden", "2");
        await RulesAsync("""key_prefix \"watch/acl/\" { policy = \"read\" }""");
        await log.UntilAsync(said => said.Notes.Any(note => note.Kind == KvWatchNoteKind.Visible));
        await log.UntilAsync(said => said.Changes.Count == 2);
        await RulesAsync("");
        await log.UntilAsync(said => said.Notes.Count(note => note.Kind == KvWatchNoteKind.Hidden) == 2);
        // Nothing of the token is left.
        var accessor = System.Text.Json.Nodes.JsonNode.Parse((await lab.Agent.SendAsync("GET", "/v1/acl/token/self", null, token)).Body)!["AccessorID"]!.ToString();
        await lab.Agent.SendAsync("DELETE", $"/v1/acl/token/{accessor}");
        await log.UntilAsync(said => said.Notes.Any(note => note.Finding?.Code == "Acl.TokenNotFound"));

        Assert.Equal(["Removed watch/acl/gone", "Changed watch/acl/hidden=2"], log.Lines);
        FaultMatrix.Add(FaultOrigin.Real, "a policy that is cut down under a watch", "Acl.ReadFiltered", "watch tells, removes nothing", TimeSpan.Zero);

        async Task RulesAsync(string rules) => (await lab.Agent.SendAsync("PUT", $"/v1/acl/policy/{id}", $$"""{"Name":"{{policy}}","Rules":"{{rules}}"}""")).EnsureSuccess("policy");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_prefix_above_that_is_removed_is_told_as_removals_also_where_a_key_below_was_deleted_before(bool isDeletedLast)
    {
        using var session = lab.Session();
        var root = $"watch/above-{isDeletedLast}/";
        await WriteAsync(session, root + "cfg/old", "1");
        if (!isDeletedLast) await RemoveAsync(session, root + "cfg/old");
        await WriteAsync(session, root + "cfg/a", "1");
        await WriteAsync(session, root + "cfg/b", "1");
        if (isDeletedLast) await RemoveAsync(session, root + "cfg/old");
        await using var log = new WatchLog(session, new KvWatchOptions { Name = root + "cfg/", IsPrefix = true, Wait = TimeSpan.FromSeconds(1) });
        await log.BeganAsync();

        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root, Kind = ConsulKvWriteKind.DeleteTree }, None);
        await log.UntilAsync(said => said.Changes.Count == 2);
        await WriteAsync(session, root + "cfg/new", "1");
        await log.UntilAsync(said => said.Changes.Count == 3);

        Assert.Equal([$"Removed {root}cfg/a", $"Removed {root}cfg/b", $"Added {root}cfg/new=1"], log.Lines);
        Assert.DoesNotContain(log.Notes, note => note.Kind == KvWatchNoteKind.Hidden);
    }

    [Fact]
    public async Task What_cannot_even_begin_is_an_error()
    {
        var token = await lab.Agent.CreateTokenAsync("""key_prefix "other/" { policy = "read" }""", None);
        using var session = lab.Session(token.SecretId);
        await using var log = new WatchLog(session, new KvWatchOptions { Name = "watch/denied" });

        var error = await Assert.ThrowsAsync<ConsulAclException>(log.BeganAsync);

        Assert.Equal("Acl.PermissionDenied", error.Finding.Code);
    }

    [Fact]
    public async Task A_snapshot_that_is_restored_is_told_as_the_changes_it_makes()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions(), None);
        using var session = LabSessions.Open(agent.AddressText, policy: Quick);
        await WriteAsync(session, "back/kept", "1");
        await WriteAsync(session, "back/changed", "old");
        await WriteAsync(session, "back/removed", "1");
        var file = Path.Combine(agent.DataDirectory, "backup.snap");
        var saved = await agent.RunCliAsync(["snapshot", "save", file], null, None);
        Assert.True(saved.ExitCode == 0, saved.Error + saved.Output);
        await using var log = new WatchLog(session, new KvWatchOptions { Name = "back/", IsPrefix = true, Wait = TimeSpan.FromSeconds(5) });
        await log.BeganAsync();
        await WriteAsync(session, "back/changed", "new");
        await RemoveAsync(session, "back/removed");
        await WriteAsync(session, "back/added", "1");
        await log.UntilAsync(said => said.Lines.Contains("Added back/added=1") && said.Lines.Contains("Removed back/removed"));
        var before = log.Changes.Count;

        var restored = await agent.RunCliAsync(["snapshot", "restore", file], null, None);
        Assert.True(restored.ExitCode == 0, restored.Error + restored.Output);
        await log.UntilAsync(said => said.Changes.Count >= before + 3);
        await WriteAsync(session, "back/after", "1");
        await log.UntilAsync(said => said.Lines.Last() == "Added back/after=1");

        Assert.Equal(["Added back/after=1", "Added back/removed=1", "Changed back/changed=old", "Removed back/added"], log.Lines.Skip(before).Order(StringComparer.Ordinal));
        Assert.Contains(log.Notes, note => note.Kind == KvWatchNoteKind.WentBack);
    }

    [Fact]
    public async Task An_agent_that_is_restarted_is_waited_for()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions(), None);
        using var session = LabSessions.Open(agent.AddressText, policy: Quick);
        await WriteAsync(session, "restart/a", "1");
        await using var log = new WatchLog(session, new KvWatchOptions { Name = "restart/", IsPrefix = true });
        await log.BeganAsync();

        agent.Kill();
        await log.UntilAsync(said => said.Trouble is not null);
        await agent.RestartAsync(cancellationToken: None);
        await WriteAsync(session, "restart/b", "1");
        await log.UntilAsync(said => said.Changes.Count == 1);

        Assert.Equal(["Added restart/b=1"], log.Lines);
        Assert.Contains(log.Notes, note => note.Kind == KvWatchNoteKind.Resumed);
    }

    [Fact]
    public async Task A_connection_that_has_died_in_silence_is_noticed()
    {
        await using var proxy = new TcpFaultProxy(lab.Agent.Address);
        using var through = lab.Session(policy: Quick with { AttemptTimeout = TimeSpan.FromSeconds(1) }, address: proxy.Address.OriginalString);
        using var session = lab.Session();
        await using var log = new WatchLog(through, new KvWatchOptions { Name = "watch/dead/", IsPrefix = true, Wait = TimeSpan.FromSeconds(1) });
        await log.BeganAsync();

        proxy.BlackHole();
        await WriteAsync(session, "watch/dead/a", "1");
        await Task.Delay(TimeSpan.FromSeconds(3), None);
        Assert.Empty(log.Changes);
        proxy.Pass();
        await log.UntilAsync(said => said.Changes.Count == 1);

        Assert.Contains(log.Notes, note => note.Kind == KvWatchNoteKind.Resumed);
    }

    private static async Task WriteAsync(ConsulKvSession session, string key, string value)
    {
        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Value = Encoding.UTF8.GetBytes(value) }, None);
        Assert.True(result.Outcome == ConsulKvOutcome.Written, $"{result} {result.Finding}");
    }

    private static async Task RemoveAsync(ConsulKvSession session, string key) =>
        Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Kind = ConsulKvWriteKind.Delete }, None)).Outcome);
}
