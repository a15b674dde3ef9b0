using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Moves;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Kv.Documents;

/// <summary>What an import says of a store that it does not see all of, that has changed since it began, or that it did not write to.</summary>
public sealed class ImportGoingOnTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/", "key_prefix \"app/\" { policy = \"write\" }", true)]
    [InlineData("app/", "key_prefix \"app/\" { policy = \"write\" } key_prefix \"app/secret/\" { policy = \"deny\" }", true)]
    [InlineData("app/", "key_prefix \"app/\" { policy = \"write\" }", false)]
    public async Task Keys_that_the_token_may_not_see_are_not_claimed_to_be_gone(string prefix, string rules, bool isPartial)
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions() });
        using var root = LabSessions.Open(agent.AddressText, agent.ManagementToken);
        using var folder = new TemporaryFolder();
        await ImportTests.FillAsync(root, DocumentText.Entry("app/extra", "x"), DocumentText.Entry("app/secret/x", "x"), DocumentText.Entry("other/x", "x"));
        Save(folder, DocumentText.Entry(prefix == "/" ? "app/a" : "a", "1"));
        using var session = LabSessions.Open(agent.AddressText, (await agent.CreateTokenAsync(rules)).SecretId);
        foreach (var delete in new[] { true, false })
        {
            using var import = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), new() { Mapping = KeyMapping.Below(prefix), Delete = delete, Force = true });
            await import.PlanAsync(null, keepFiles: false, Stop);
            var result = await import.RunAsync(_ => { }, null, Stop);
            Assert.Equal((isPartial && delete, !(isPartial && delete), isPartial && delete), (result.IsPartial, result.IsComplete, import.Hidden is not null));
            if (import.Hidden is { } hidden) Assert.Equal(("Acl.ReadFiltered", "-Delete may leave keys that the token does not see"), (hidden.Code, hidden.Title.Split(':')[0]));
        }
        Assert.Equal(isPartial, (await ImportTests.StoreAsync(root)).Exists(entry => entry.Key == (prefix == "/" ? "other/x" : "app/secret/x")));
    }

    [Fact]
    public async Task What_was_done_before_a_snapshot_was_restored_is_not_done_and_force_does_it_again()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        using var http = new HttpClient { BaseAddress = agent.Address };
        await ImportTests.FillAsync(session, DocumentText.Entry("k/000", "old"), DocumentText.Entry("k/extra", "old"), DocumentText.Entry("k/same", "same"));
        var snapshot = await http.GetByteArrayAsync("/v1/snapshot", Stop);
        var options = await BrokenOffAsync(session, folder, [.. Enumerable.Range(0, 300).Select(number => DocumentText.Entry($"{number:000}", "new")), DocumentText.Entry("same", "same")], delete: true);
        // The journal has more than was written before the snapshot is taken back, and one that nothing was to be done about is changed.
        (await http.PutAsync("/v1/snapshot", new ByteArrayContent(snapshot), Stop)).EnsureSuccessStatusCode();
        await ImportTests.FillAsync(session, DocumentText.Entry("k/same", "theirs"), DocumentText.Entry("k/later", "theirs"));

        var failures = new List<ConsulKvWriteResult>();
        var result = await AgainAsync(session, folder, options, failures);
        Assert.True(result is { IsComplete: false, Conflicts: > 64, Deleted: <= 1, DoneBefore: 0, JournalPath: not null }, result.ToString());
        Assert.Equal(result.Conflicts, failures.Count);
        Assert.Equal(["k/later", "k/same", "k/000"], failures.Take(3).Select(failure => failure.Key));
        Assert.All(failures, failure => Assert.Equal(("Cas.IndexStale", ConsulKvOutcome.Conflict), (failure.Code, failure.Outcome)));
        Assert.Contains("remove the journal to compare anew", failures[2].Remedy);

        // What is in the plan -Force writes; the two that are not, the next run compares anew.
        failures.Clear();
        result = await AgainAsync(session, folder, options with { Force = true }, failures);
        Assert.True(result is { IsComplete: false, Conflicts: 2, Failed: 0, JournalPath: null }, result.ToString());
        Assert.Equal(["k/later", "k/same"], failures.Select(failure => failure.Key));
        Assert.True((await AgainAsync(session, folder, options with { UndoPath = null }, failures)) is { IsComplete: true, Changed: 1, Deleted: 1 });
        Assert.Equal([.. Enumerable.Repeat("new", 300), "same"], (await ImportTests.StoreAsync(session, "k/")).Select(entry => entry.Value));
    }

    [Fact]
    public async Task What_somebody_changed_after_it_was_done_is_a_conflict_also_where_the_rest_is_one_transaction()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        var options = await BrokenOffAsync(session, folder, [.. Enumerable.Range(0, 300).Select(number => DocumentText.Entry($"{number:000}", "new"))], delete: false);
        await ImportTests.FillAsync(session, DocumentText.Entry("k/000", "theirs"));
        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "k/001", Kind = ConsulKvWriteKind.Delete }, Stop);
        var written = (await ImportTests.StoreAsync(session)).Count;

        var failures = new List<ConsulKvWriteResult>();
        var whole = await AgainAsync(session, folder, options with { Atomic = true }, failures);
        Assert.Equal((2L, 0L, 300L - 2 - whole.DoneBefore, false), (whole.Conflicts, whole.Created, whole.NotBegun, whole.IsComplete));
        Assert.Equal(written, (await ImportTests.StoreAsync(session)).Count);

        failures.Clear();
        var each = await AgainAsync(session, folder, options, failures);
        Assert.Equal((2L, 298L, false), (each.Conflicts, each.DoneBefore + each.Created + each.Unchanged, each.IsComplete));
        Assert.Equal(["k/000", "k/001"], failures.Select(failure => failure.Key));
        Assert.Equal(["theirs", "new"], (await ImportTests.StoreAsync(session)).Take(2).Select(entry => entry.Value));
        Assert.True((await AgainAsync(session, folder, options with { Force = true }, failures)) is { IsComplete: true, DoneBefore: 298, Created: 1, Changed: 1, JournalPath: null });
        Assert.All(await ImportTests.StoreAsync(session), entry => Assert.Equal("new", entry.Value));
    }

    [Fact]
    public async Task An_import_that_was_killed_before_it_began_leaves_no_undo_file_in_its_own_way_and_never_touches_anothers()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        await ImportTests.FillAsync(session, DocumentText.Entry("a", "old"));
        Save(folder, DocumentText.Entry("a", "new"));
        var options = new KvImportOptions { JournalPath = folder.At("journal"), UndoPath = folder.At("undo.json") };
        foreach (var lines in new[] { 2, 3 })
        {
            await KillBeforeBeginAsync(lines);
            Assert.True((await ImportTests.ImportAsync(session, folder.At("x.json"), options)) is { Changed: 1, JournalPath: null });
            // What is there before is there again.
            Assert.Equal(1, (await ImportTests.ImportAsync(session, options.UndoPath, new())).Changed);
            File.Delete(options.UndoPath);
        }

        // Killed before its own was there; since then another import has put its undo file there, the same to the byte.
        await KillBeforeBeginAsync(2);
        var text = await File.ReadAllBytesAsync(options.UndoPath, Stop);
        File.Delete(options.UndoPath);
        await File.WriteAllBytesAsync(options.UndoPath, text, Stop);
        File.SetLastWriteTimeUtc(options.UndoPath, DateTime.UtcNow.AddSeconds(3));
        await RefusedAsync(text);
        // And one whose bytes are others, whenever it was written.
        File.Delete(options.UndoPath);
        await KillBeforeBeginAsync(3);
        var written = File.GetLastWriteTimeUtc(options.UndoPath);
        await File.AppendAllTextAsync(options.UndoPath, "\n", Stop);
        File.SetLastWriteTimeUtc(options.UndoPath, written);
        await RefusedAsync([.. text, (byte)'\n']);
        Assert.Equal("old", (await ImportTests.StoreAsync(session)).Single().Value);

        // The undo file stands, and of the journal there are so many lines: what it is of, the undo file's mark, the planned write.
        async Task KillBeforeBeginAsync(int lines)
        {
            using (var import = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), options))
            {
                await import.PlanAsync(null, keepFiles: true, Stop);
                await import.RunAsync(_ => { }, null, new CancellationToken(canceled: true));
            }
            var all = (await File.ReadAllTextAsync(options.JournalPath!, Stop)).Split('\n');
            Assert.Equal("begin", all[^2]);
            await File.WriteAllTextAsync(options.JournalPath!, string.Concat(all.Take(lines).Select(line => line + "\n")), Stop);
        }

        async Task RefusedAsync(byte[] stays)
        {
            var refused = await Assert.ThrowsAnyAsync<ConsulException>(() => ImportTests.ImportAsync(session, folder.At("x.json"), options));
            Assert.Contains("is never overwritten", refused.Finding.Title);
            Assert.Equal(stays, await File.ReadAllBytesAsync(options.UndoPath!, Stop));
        }
    }

    [Fact]
    public async Task One_transaction_that_surely_wrote_nothing_leaves_no_file_and_the_next_run_compares_anew()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        var options = new KvImportOptions { Atomic = true, JournalPath = folder.At("journal"), UndoPath = folder.At("undo.json") };
        await ImportTests.FillAsync(session, DocumentText.Entry("01", "old"));

        // Too many for one.
        Save(folder, [.. Enumerable.Range(0, 70).Select(number => DocumentText.Entry($"{number:00}", "new"))]);
        Assert.True((await ImportTests.ImportAsync(session, folder.At("x.json"), options)) is { Failed: 70, JournalPath: null, UndoPath: null });
        Assert.False(File.Exists(options.JournalPath) || File.Exists(options.UndoPath));

        // A check that fails.
        Save(folder, [.. Enumerable.Range(0, 10).Select(number => DocumentText.Entry($"{number:00}", "new"))]);
        var failures = new List<ConsulKvWriteResult>();
        using (var import = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), options))
        {
            await import.PlanAsync(null, keepFiles: true, Stop);
            await ImportTests.FillAsync(session, DocumentText.Entry("01", "theirs"));
            Assert.True((await import.RunAsync(failures.Add, null, Stop)) is { Conflicts: 10, JournalPath: null, UndoPath: null });
            Assert.Null(import.Advice);
        }
        Assert.Contains("it compares anew", Assert.Single(failures).Remedy);
        Assert.False(File.Exists(options.JournalPath) || File.Exists(options.UndoPath));
        Assert.True((await ImportTests.ImportAsync(session, folder.At("x.json"), options)) is { Created: 9, Changed: 1, IsComplete: true });
        // What it did is given back: what somebody wrote before it.
        await ImportTests.ImportAsync(session, options.UndoPath, new());
        Assert.Equal("theirs", (await ImportTests.StoreAsync(session)).Single().Value);
    }

    [Fact]
    public async Task Writes_that_were_all_refused_leave_no_file()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions() });
        using var session = LabSessions.Open(agent.AddressText, (await agent.CreateTokenAsync("key_prefix \"\" { policy = \"read\" }")).SecretId);
        using var folder = new TemporaryFolder();
        Save(folder, DocumentText.Entry("a", "new"), DocumentText.Entry("b", "new"));
        var options = new KvImportOptions { JournalPath = folder.At("journal"), UndoPath = folder.At("undo.json") };
        for (var run = 0; run < 2; run++)
        {
            Assert.True((await ImportTests.ImportAsync(session, folder.At("x.json"), options)) is { Failed: 2, JournalPath: null, UndoPath: null });
            Assert.False(File.Exists(options.JournalPath) || File.Exists(options.UndoPath));
        }
        // One that was written is to be given back.
        using var writer = LabSessions.Open(agent.AddressText, (await agent.CreateTokenAsync("key_prefix \"\" { policy = \"read\" } key \"b\" { policy = \"write\" }")).SecretId);
        Assert.True((await ImportTests.ImportAsync(writer, folder.At("x.json"), options)) is { Failed: 1, Created: 1, JournalPath: not null, UndoPath: not null });
        Assert.True(File.Exists(options.JournalPath) && File.Exists(options.UndoPath));
    }

    [Fact]
    public async Task A_journal_that_stays_because_of_conflicts_says_what_to_do()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        await ImportTests.FillAsync(session, DocumentText.Entry("a", "old"));
        Save(folder, DocumentText.Entry("a", "new"), DocumentText.Entry("b", "new"));
        var options = new KvImportOptions { JournalPath = folder.At("journal"), UndoPath = folder.At("undo.json") };
        var failures = new List<ConsulKvWriteResult>();
        using (var import = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), options))
        {
            await import.PlanAsync(null, keepFiles: true, Stop);
            await ImportTests.FillAsync(session, DocumentText.Entry("a", "theirs"));
            Assert.True((await import.RunAsync(failures.Add, null, Stop)) is { Created: 1, Conflicts: 1, JournalPath: not null });
            Assert.Contains("1 key of this import is in conflict, and will be in every further run", import.Advice);
            Assert.Contains("with -Force to write over it, or remove the journal, and give another -UndoPath, to compare anew", import.Advice);
        }
        Assert.Equal("Run the same command with -Force to write over it, or remove the journal to compare anew.", Assert.Single(failures).Remedy);
        Assert.True((await AgainAsync(session, folder, options with { Force = true }, failures)) is { Changed: 1, DoneBefore: 1, IsComplete: true, JournalPath: null });
    }

    /// <summary>Stops an import into k/ after its first transaction.</summary>
    private static async Task<KvImportOptions> BrokenOffAsync(ConsulKvSession session, TemporaryFolder folder, ConsulKvEntry[] entries, bool delete)
    {
        Save(folder, entries);
        var options = new KvImportOptions { Mapping = KeyMapping.Below("k/"), Delete = delete, JournalPath = folder.At("journal"), UndoPath = folder.At("undo.json"), AtOnce = 1 };
        using var stop = new CancellationTokenSource();
        using var first = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), options);
        await first.PlanAsync(null, keepFiles: true, Stop);
        var seen = 0;
        var broken = await first.RunAsync(_ => { }, _ =>
        {
            if (++seen == 64) stop.Cancel();
        }, stop.Token);
        Assert.True(broken is { NotBegun: > 0, Conflicts: 0, Failed: 0 } && broken.Created + broken.Changed >= 64, broken.ToString());
        return options;
    }

    private static async Task<ConsulKvImport> AgainAsync(ConsulKvSession session, TemporaryFolder folder, KvImportOptions options, List<ConsulKvWriteResult> failures)
    {
        using var import = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), options);
        await import.PlanAsync(null, keepFiles: true, Stop);
        return await import.RunAsync(failures.Add, null, Stop);
    }

    private static void Save(TemporaryFolder folder, params ConsulKvEntry[] entries) => File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), entries));
}
