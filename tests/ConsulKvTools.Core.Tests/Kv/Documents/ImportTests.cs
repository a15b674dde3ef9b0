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
        using (var begun = new KvImport(session, KvDocument.Open(folder.At("one.json"), null), new() { JournalPath = folder.At("journal") })) await begun.PlanAsync(null, keepFiles: true, Stop);
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

    private static async Task<ConsulKvImport> ImportAsync(ConsulKvSession session, string path, KvImportOptions options)
    {
        var document = UndoReader.IsUndo(path) ? new KvDocument(new UndoReader(path)) : KvDocument.Open(path, null);
        using var import = new KvImport(session, document, options);
        await import.PlanAsync(null, keepFiles: true, Stop);
        return await import.RunAsync(_ => { }, null, Stop);
    }

    private static async Task FillAsync(ConsulKvSession session, params ConsulKvEntry[] entries)
    {
        foreach (var entry in entries) Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = entry.Key, Value = entry.Bytes, Flags = entry.Flags }, Stop)).Outcome);
    }

    private static async Task<List<ConsulKvEntry>> StoreAsync(ConsulKvSession session, string prefix = "")
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
