using System.Diagnostics;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Moves;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Kv.Documents;

/// <summary>Exports and imports against real agents, the real binary beside them.</summary>
public sealed class ImportTests
{
    private static readonly ConsulKvEntry[] Odd =
    [
        DocumentText.Entry("a", "file"), DocumentText.Entry("a/", ""), DocumentText.Entry("a/b c", "tab\t", 42), DocumentText.Entry("a<b>&\"é\\", "x<y>&", ulong.MaxValue), DocumentText.Entry("c%2Fd?#+", "1\n"),
        new ConsulKvEntry { Key = "z/😀", Bytes = [0xff, 0, 13, 10] },
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_real_binary_reads_what_is_written_and_writes_the_same_bytes()
    {
        await using var first = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        await using var second = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var folder = new TemporaryFolder();
        using var session = LabSessions.Open(first.AddressText);
        using var other = LabSessions.Open(second.AddressText);
        var (ours, theirs) = (folder.At("ours.json"), folder.At("theirs.json"));
        await new KvExport(session, "").WriteAsync(ours, ConsulKvFormat.Json, (_, _) => { }, null, Stop);
        Assert.Equal(await ConsulAsync(first, null, "kv", "export"), await File.ReadAllBytesAsync(ours, Stop));

        await FillAsync(session, Odd);
        foreach (var prefix in new[] { "", "a", "a/", "nothing/" })
        {
            var written = await new KvExport(session, prefix).WriteAsync(ours, ConsulKvFormat.Json, (_, _) => { }, null, Stop);
            var expected = await ConsulAsync(first, null, "kv", "export", prefix);
            Assert.Equal(expected, await File.ReadAllBytesAsync(ours, Stop));
            Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(expected)), written.Sha256);
        }

        // Theirs from ours, and ours from theirs.
        await new KvExport(session, "").WriteAsync(ours, ConsulKvFormat.Json, (_, _) => { }, null, Stop);
        await ConsulAsync(second, ours, "kv", "import", "-");
        await File.WriteAllBytesAsync(theirs, await ConsulAsync(second, null, "kv", "export"), Stop);
        Assert.Equal(await File.ReadAllBytesAsync(ours, Stop), await File.ReadAllBytesAsync(theirs, Stop));
        var result = await ImportAsync(session, theirs, new());
        Assert.Equal((0, 0, Odd.Length), (result.Created, result.Changed, result.Unchanged));
        Assert.Equal(Odd.Length, (await ImportAsync(other, theirs, new() { Mapping = KeyMapping.Below("copy/") })).Created);
        Assert.Equal(DocumentText.Rows(Odd), DocumentText.Rows((await StoreAsync(other, "copy/")).Select(entry => new ConsulKvEntry { Key = entry.Key["copy/".Length..], Bytes = entry.Bytes, Flags = entry.Flags })));
    }

    [Fact]
    public async Task Only_what_differs_is_written_and_the_undo_gives_back_what_was_there_but_not_over_later_edits()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        var (document, undo) = (folder.At("new.json"), folder.At("undo.json"));
        await FillAsync(session, DocumentText.Entry("app/change", "old", 7), DocumentText.Entry("app/extra", "goes", 9), DocumentText.Entry("app/flags", "same", 1), DocumentText.Entry("app/later", "old"), DocumentText.Entry("app/same", "same"), DocumentText.Entry("other", "stays"));
        var before = await StoreAsync(session);
        File.WriteAllBytes(document, DocumentText.Write(stream => new ConsulJsonWriter(stream),
            [DocumentText.Entry("change", "new", 8), DocumentText.Entry("create", "x"), DocumentText.Entry("flags", "same", 2), DocumentText.Entry("later", "new"), DocumentText.Entry("same", "same")]));
        var options = new KvImportOptions { Mapping = KeyMapping.Below("app/"), Delete = true, UndoPath = undo };

        var result = await ImportAsync(session, document, options);
        Assert.Equal((1L, 3L, 1L, 1L, 0L), (result.Created, result.Changed, result.Deleted, result.Unchanged, result.Failed + result.Conflicts));
        var after = await StoreAsync(session);
        Assert.Equal(["app/change", "app/create", "app/flags", "app/later", "app/same", "other"], after.Select(entry => entry.Key));
        Assert.Equal(before.Single(entry => entry.Key == "app/same").ModifyIndex, after.Single(entry => entry.Key == "app/same").ModifyIndex);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(undo));

        await FillAsync(session, DocumentText.Entry("app/later", "somebody else's"));
        var back = await ImportAsync(session, undo, new());
        Assert.Equal((1L, 2L, 1L, 1L), (back.Created, back.Changed, back.Deleted, back.Conflicts));
        Assert.Equal(DocumentText.Rows(before.Select(entry => entry.Key == "app/later" ? DocumentText.Entry("app/later", "somebody else's") : entry)), DocumentText.Rows(await StoreAsync(session)));
        Assert.Equal(1, (await ImportAsync(session, undo, new() { Force = true })).Changed);
        Assert.Equal(DocumentText.Rows(before), DocumentText.Rows(await StoreAsync(session)));
    }

    [Fact]
    public async Task A_key_that_somebody_changes_after_the_comparison_is_left_alone_unless_forced()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), [DocumentText.Entry("a", "new"), DocumentText.Entry("b", "new"), DocumentText.Entry("c", "new")]));
        await FillAsync(session, DocumentText.Entry("a", "old"), DocumentText.Entry("c", "old"));

        foreach (var force in new[] { false, true })
        {
            using var import = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), new() { Force = force });
            await import.PlanAsync(null, keepFiles: true, Stop);
            await FillAsync(session, DocumentText.Entry("a", "theirs"), DocumentText.Entry("b", "theirs"));
            var failures = new List<ConsulKvWriteResult>();
            var result = await import.RunAsync(failures.Add, null, Stop);
            Assert.Equal(force ? 0 : 2, result.Conflicts);
            Assert.Equal(force ? [] : ["a", "b"], failures.Select(failure => failure.Key));
            Assert.Equal(force ? ["new", "new", "new"] : ["theirs", "theirs", "new"], (await StoreAsync(session)).Select(entry => entry.Value));
        }
    }

    [Fact]
    public async Task A_bad_document_an_empty_one_with_delete_and_a_foreign_journal_write_nothing()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        await FillAsync(session, DocumentText.Entry("app/x", "1"));
        var before = (await StoreAsync(session)).Single().ModifyIndex;
        File.WriteAllText(folder.At("bad.json"), "[\n{\"key\": \"app/new\", \"value\": \"MQ==\"},\n{\"key\": \"app//bad\", \"value\": \"MQ==\"}\n]");
        File.WriteAllText(folder.At("empty.json"), "[]\n");
        File.WriteAllText(folder.At("one.json"), "[{\"key\": \"app/y\", \"value\": \"MQ==\"}]");
        File.WriteAllText(folder.At("two.json"), "[{\"key\": \"app/y\", \"value\": \"Mg==\"}]");

        Assert.Contains("line 3, item 2", (await Refused(folder.At("bad.json"), new())).Title);
        Assert.Equal("Document.WouldEmpty", (await Refused(folder.At("empty.json"), new() { Mapping = KeyMapping.Below("app/"), Delete = true })).Code);
        Assert.Equal("Document.WouldEmpty", (await Refused(folder.At("one.json"), new() { Delete = true })).Code);
        Assert.Equal("Document.WouldEmpty", (await Refused(folder.At("one.json"), new() { Delete = true, Force = true })).Code);
        Assert.Equal("Document.WouldEmpty", (await Refused(folder.At("one.json"), new() { Delete = true, Force = true, Mapping = KeyMapping.Of([new("app/", ""), new("", "b/")]) })).Code);
        Assert.Equal("Document.WouldEmpty", (await Refused(folder.At("one.json"), new() { Delete = true, Mapping = KeyMapping.Below("/") })).Code);
        using (var begun = new KvImport(session, KvDocument.Open(folder.At("one.json"), null), new() { JournalPath = folder.At("journal") }))
        {
            await begun.PlanAsync(null, keepFiles: true, Stop);
            await begun.RunAsync(_ => { }, null, new CancellationToken(canceled: true));
        }
        Assert.Equal("Document.JournalForeign", (await Refused(folder.At("two.json"), new() { JournalPath = folder.At("journal") })).Code);
        Assert.Equal("Document.JournalForeign", (await Refused(folder.At("one.json"), new() { JournalPath = folder.At("journal"), Mapping = KeyMapping.Below("b/") })).Code);
        Assert.Equal(before, (await StoreAsync(session)).Single().ModifyIndex);
        FaultMatrix.Add(FaultOrigin.Real, "an import met the journal of another", "Document.JournalForeign", "import refused", TimeSpan.Zero);
        FaultMatrix.Add(FaultOrigin.Real, "an empty document was imported with -Delete", "Document.WouldEmpty", "import refused", TimeSpan.Zero);

        async Task<ConsulFinding> Refused(string path, KvImportOptions options) => (await Assert.ThrowsAnyAsync<ConsulException>(() => ImportAsync(session, path, options))).Finding;
    }

    [Fact]
    public async Task An_import_that_broke_off_goes_on_by_its_journal_against_the_indexes_of_its_first_run()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        var keys = Enumerable.Range(0, 500).Select(number => DocumentText.Entry($"k/{number:000}", "new")).ToArray();
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), keys));
        var options = new KvImportOptions { JournalPath = folder.At("journal"), UndoPath = folder.At("undo.json"), AtOnce = 1 };
        using (var stop = new CancellationTokenSource())
        using (var first = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), options))
        {
            await first.PlanAsync(null, keepFiles: true, Stop);
            var seen = 0;
            var broken = await first.RunAsync(_ => { }, _ =>
            {
                if (++seen == 64) stop.Cancel();
            }, stop.Token);
            Assert.True(broken is { IsComplete: false, NotBegun: > 0, Created: >= 64 } && broken.Created + broken.NotBegun + broken.Failed + broken.Unchanged == 500, broken.ToString());
        }
        // The last one was not begun; somebody makes it in between.
        await FillAsync(session, DocumentText.Entry("k/499", "theirs"));
        File.AppendAllText(folder.At("journal"), "12");

        var result = await ImportAsync(session, folder.At("x.json"), options);
        Assert.True(result is { Conflicts: 1, DoneBefore: >= 64, NotBegun: 0, Failed: 0, JournalPath: not null } && result.DoneBefore + result.Created + result.Unchanged == 499, result.ToString());
        Assert.Equal("theirs", (await StoreAsync(session))[^1].Value);
        // What was there before the first run, not before the second.
        Assert.Equal(499, (await ImportAsync(session, folder.At("undo.json"), new())).Deleted);
        Assert.Equal(["k/499"], (await StoreAsync(session)).Select(entry => entry.Key));
    }

    [Fact]
    public async Task What_is_needed_to_go_back_or_to_go_on_is_never_overwritten_by_the_next_try()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        await FillAsync(session, DocumentText.Entry("a", "old"));
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), [DocumentText.Entry("a", "new")]));
        var (undo, journal) = (folder.At("undo.json"), folder.At("journal"));
        Assert.Equal(1, (await ImportAsync(session, folder.At("x.json"), new() { UndoPath = undo, Force = true })).Changed);
        var before = await File.ReadAllTextAsync(undo, Stop);
        var refused = await Refused("x.json", new() { UndoPath = undo, JournalPath = journal, Force = true });
        Assert.Contains("is never overwritten", refused.Title);
        Assert.Equal(before, await File.ReadAllTextAsync(undo, Stop));
        Assert.False(File.Exists(journal));

        // One file cannot be two things, however it is spelled.
        File.WriteAllText(folder.At("empty.yaml"), "");
        File.CreateSymbolicLink(folder.At("link"), folder.At("empty.yaml"));
        Directory.CreateDirectory(folder.At("tree"));
        File.WriteAllText(folder.At("tree/key"), "value");
        foreach (var (document, options) in new (string, KvImportOptions)[]
        {
            ("x.json", new() { UndoPath = journal, JournalPath = folder.At("tree/../journal") }), ("x.json", new() { UndoPath = folder.At("x.json"), Force = true }),
            ("empty.yaml", new() { JournalPath = folder.At("empty.yaml") }), ("empty.yaml", new() { JournalPath = folder.At("link") }), ("link", new() { JournalPath = folder.At("empty.yaml") }),
            ("tree", new() { UndoPath = folder.At("tree/undo.json") }), ("tree", new() { JournalPath = folder.At("tree/journal") }),
        })
            Assert.Equal("Request.Invalid", (await Refused(document, options)).Code);
        Assert.True(File.Exists(folder.At("empty.yaml")) && !File.Exists(journal));
        Assert.Equal(["key"], Directory.GetFiles(folder.At("tree")).Select(Path.GetFileName));
        Assert.Equal(1, (await ImportAsync(session, folder.At("tree"), new() { UndoPath = folder.At("tree/.undo.json") })).Created);

        async Task<ConsulFinding> Refused(string document, KvImportOptions options)
        {
            using var import = new KvImport(session, KvDocument.Open(folder.At(document), document == "link" ? ConsulKvFormat.Yaml : null), options);
            return (await Assert.ThrowsAnyAsync<ConsulException>(() => import.PlanAsync(null, keepFiles: true, Stop))).Finding;
        }
    }

    [Fact]
    public async Task A_plan_that_is_not_carried_out_leaves_neither_undo_file_nor_journal_and_the_journal_of_one_is_nobodys()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        var options = new KvImportOptions { UndoPath = folder.At("undo.json"), JournalPath = folder.At("journal") };
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), [DocumentText.Entry("a", "new")]));
        using (var import = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), options))
        {
            await import.PlanAsync(null, keepFiles: true, Stop);
            Assert.True(File.Exists(folder.At("undo.json")) && File.Exists(folder.At("journal")));
        }
        Assert.Equal(["x.json"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));

        // As after a kill while it compared: nothing was written, so any import may begin there.
        using (var journal = ImportJournal.Open(folder.At("journal"), "another document", "elsewhere")) journal.Plan([]);
        File.WriteAllText(folder.At("journal"), File.ReadAllLines(folder.At("journal"))[0] + "\n");
        Assert.Equal(1, (await ImportAsync(session, folder.At("x.json"), options)).Created);
    }

    [Fact]
    public void A_line_of_a_journal_that_was_cut_off_is_no_other_number()
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("journal");
        using (var journal = ImportJournal.Open(path, "document", "target"))
        {
            journal.Plan([.. Enumerable.Range(0, 130).Select(number => new PlannedWrite($"k/{number}", ConsulKvImportAction.Create, 0))]);
            journal.Done([122]);
        }
        // Two bytes of the line 123, for which the disk had room.
        File.AppendAllText(path, "12");
        foreach (var next in new[] { 1, 2 })
        {
            using var journal = ImportJournal.Open(path, "document", "target");
            Assert.Equal((130, true, false, next == 2), (journal.Planned!.Count, journal.IsDone(122), journal.IsDone(12), journal.IsDone(1)));
            journal.Done([next]);
        }
    }

    [Fact]
    public async Task What_an_undo_leaves_alone_is_told_by_each_run_also_one_that_goes_on()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        await FillAsync(session, DocumentText.Entry("a", "old"), DocumentText.Entry("b", "old"));
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), [DocumentText.Entry("a", "new"), DocumentText.Entry("b", "new")]));
        await ImportAsync(session, folder.At("x.json"), new() { UndoPath = folder.At("undo.json") });
        await FillAsync(session, DocumentText.Entry("a", "theirs"));
        var options = new KvImportOptions { JournalPath = folder.At("journal") };
        using (var stopped = new KvImport(session, new KvDocument(new UndoReader(folder.At("undo.json"))), options))
        {
            await stopped.PlanAsync(null, keepFiles: true, Stop);
            Assert.Equal((1L, 1L), ((await stopped.RunAsync(_ => { }, null, new CancellationToken(canceled: true))) is var result ? (result.Conflicts, result.NotBegun) : default));
        }
        var resumed = await ImportAsync(session, folder.At("undo.json"), options);
        Assert.Equal((1L, 1L, false), (resumed.Changed, resumed.Conflicts, resumed.IsComplete));
        var again = await ImportAsync(session, folder.At("undo.json"), options);
        Assert.Equal((0L, 1L, 1L, false), (again.Changed, again.Unchanged, again.Conflicts, again.IsComplete));
        // All that was planned is written: by -Force the rest can be, and not by the plan that left it alone.
        Assert.False(File.Exists(folder.At("journal")));
        Assert.True((await ImportAsync(session, folder.At("undo.json"), options with { Force = true })) is { Changed: 1, IsComplete: true });
        Assert.Equal(["old", "old"], (await StoreAsync(session)).Select(entry => entry.Value));
    }

    [Fact]
    public async Task A_transaction_that_was_committed_before_its_answer_was_lost_is_no_conflict()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        await FillAsync(session, DocumentText.Entry("a", "old"), DocumentText.Entry("b", "old"));
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), [DocumentText.Entry("a", "new"), DocumentText.Entry("b", "new")]));
        var options = new KvImportOptions { Atomic = true, JournalPath = folder.At("journal") };
        using (var killed = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), options))
        {
            await killed.PlanAsync(null, keepFiles: true, Stop);
            await killed.RunAsync(_ => { }, null, new CancellationToken(canceled: true));
        }
        Assert.True(File.Exists(folder.At("journal")));
        await FillAsync(session, DocumentText.Entry("a", "new"), DocumentText.Entry("b", "theirs"));
        Assert.Equal(2, (await ImportAsync(session, folder.At("x.json"), options)).Conflicts);
        await FillAsync(session, DocumentText.Entry("b", "new"));
        Assert.True((await ImportAsync(session, folder.At("x.json"), options)) is { Unchanged: 2, IsComplete: true });
        Assert.False(File.Exists(folder.At("journal")));
    }

    [Fact]
    public async Task What_is_left_out_by_the_documents_names_is_not_removed_either()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        await FillAsync(session, DocumentText.Entry("app/a", "1"), DocumentText.Entry("app/extra", "1"), DocumentText.Entry("app/tmp/x", "stays"), DocumentText.Entry("app/tmp/y", "stays"));
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), [DocumentText.Entry("old/a", "1"), DocumentText.Entry("old/tmp/x", "other")]));
        var mapping = KeyMapping.Of([new("old/", "app/"), new("old/db/", "app/tmp/")]);
        Assert.Equal(["app/extra"], await Removed(new() { Mapping = mapping, Delete = true, Exclude = new(["old/tmp/*"]) }));
        // What gives app/tmp/x is the longest that fits only where it is: old/db/x.
        Assert.Equal(["app/extra"], await Removed(new() { Mapping = mapping, Delete = true, Exclude = new(["old/db/*", "old/tmp/*"]) }));
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), [DocumentText.Entry("a", "1")]));
        Assert.Equal(["app/extra"], await Removed(new() { Mapping = KeyMapping.Below("app/"), Delete = true, Exclude = new(["tmp/*"]) }));
        Assert.Equal(["app/extra", "app/tmp/x", "app/tmp/y"], await Removed(new() { Mapping = KeyMapping.Below("app/"), Delete = true, Exclude = new(["mp/*"]) }));

        async Task<List<string>> Removed(KvImportOptions options)
        {
            var removed = new List<string>();
            using var import = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), options);
            await import.PlanAsync(
                item =>
                {
                    if (item.Action == ConsulKvImportAction.Delete) removed.Add(item.Key);
                    return default;
                },
                keepFiles: false, Stop);
            return removed;
        }
    }

    [Fact]
    public async Task An_undo_works_beside_keys_that_only_transactions_make()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        using (var http = new HttpClient { BaseAddress = agent.Address })
            (await http.PutAsync("/v1/txn", new StringContent("""[{"KV":{"Verb":"set","Key":"/lead","Value":"eA=="}},{"KV":{"Verb":"set","Key":"app//x","Value":"eA=="}},{"KV":{"Verb":"set","Key":"app/y","Value":"eA=="}}]"""), Stop)).EnsureSuccessStatusCode();
        var before = DocumentText.Rows(await StoreAsync(session)).ToArray();
        foreach (var prefix in new[] { "/", "app/" })
        {
            File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), [DocumentText.Entry("new", "1")]));
            var undo = folder.At($"undo-{prefix.Length}.json");
            await ImportAsync(session, folder.At("x.json"), new() { Mapping = KeyMapping.Below(prefix), Delete = true, Force = true, UndoPath = undo });
            // They themselves cannot be removed, so they are still as they were.
            Assert.True((await ImportAsync(session, undo, new())) is { Created: 1, Deleted: 1, IsComplete: true });
            Assert.Equal(before, DocumentText.Rows(await StoreAsync(session)));
        }
    }

    [Fact]
    public async Task A_dead_leader_costs_an_import_no_key()
    {
        await using var cluster = await ConsulCluster.StartAsync(new() { Servers = 3, Clients = 1 });
        using var session = LabSessions.Open(cluster.Clients[0].AddressText);
        using var folder = new TemporaryFolder();
        var keys = Enumerable.Range(0, 20_000).Select(number => DocumentText.Entry($"k/{number:00000}", "value " + number)).ToArray();
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), keys));
        var options = new KvImportOptions { JournalPath = folder.At("journal") };
        Task? kill = null;
        var seen = 0;
        ConsulKvImport result;
        using (var import = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), options))
        {
            await import.PlanAsync(null, keepFiles: true, Stop);
            result = await import.RunAsync(_ => { }, _ =>
            {
                if (++seen == 2000) kill = Task.Run(() => cluster.KillLeaderAsync(), Stop);
            }, Stop);
        }
        await kill!;
        // What the first run could not settle while nobody led, the second does.
        for (var run = 0; run < 5 && !result.IsComplete; run++) result = await ImportAsync(session, folder.At("x.json"), options);
        Assert.True(result.IsComplete, result.ToString());
        Assert.False(File.Exists(folder.At("journal")));
        Assert.Equal(DocumentText.Rows(keys), DocumentText.Rows(await StoreAsync(session)));
    }

    [Fact]
    public async Task All_goes_in_one_transaction_or_nothing_and_is_told_by_how_much_it_is_too_large()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        foreach (var (count, written) in new[] { (65, 0), (64, 64) })
        {
            File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), Enumerable.Range(0, count).Select(number => DocumentText.Entry($"k/{number:00}", "v"))));
            using var import = new KvImport(session, KvDocument.Open(folder.At("x.json"), null), new() { Atomic = true });
            await import.PlanAsync(null, keepFiles: true, Stop);
            var failures = new List<ConsulKvWriteResult>();
            var result = await import.RunAsync(failures.Add, null, Stop);
            Assert.Equal((written, count - written), (result.Created, result.Failed));
            Assert.Equal(written, (await StoreAsync(session)).Count);
            if (written == 0) Assert.Contains("It has 65 operations", Assert.Single(failures).Message);
        }
    }

    internal static async Task<ConsulKvImport> ImportAsync(ConsulKvSession session, string path, KvImportOptions options)
    {
        var document = UndoReader.IsUndo(path) ? new KvDocument(new UndoReader(path)) : KvDocument.Open(path, null);
        using var import = new KvImport(session, document, options);
        await import.PlanAsync(null, keepFiles: true, Stop);
        return await import.RunAsync(_ => { }, null, Stop);
    }

    internal static async Task FillAsync(ConsulKvSession session, params ConsulKvEntry[] entries)
    {
        foreach (var entry in entries) Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = entry.Key, Value = entry.Bytes, Flags = entry.Flags }, Stop)).Outcome);
    }

    internal static async Task<List<ConsulKvEntry>> StoreAsync(ConsulKvSession session, string prefix = "")
    {
        var entries = new List<ConsulKvEntry>();
        await foreach (var entry in new KvReader(session).ListAsync(prefix, ConsulConsistency.Consistent, (_, _) => { }, Stop)) entries.Add(entry);
        return entries;
    }

    private static Task<byte[]> ConsulAsync(ConsulAgent agent, string? input, params string[] arguments) => Task.Run(() =>
    {
        var start = new ProcessStartInfo(ConsulBinary.Locate().Path, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["CONSUL_HTTP_ADDR"] = agent.AddressText;
        using var process = Process.Start(start)!;
        if (input is not null) process.StandardInput.Write(File.ReadAllText(input));
        process.StandardInput.Close();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    });
}
