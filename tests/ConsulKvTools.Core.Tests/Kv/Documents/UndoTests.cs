using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Moves;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Kv.Documents;

/// <summary>An undo file gives back what was in its own store, whole where that is asked for.</summary>
public sealed class UndoTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_refused_by_a_store_that_it_is_not_of()
    {
        await using var staging = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        await using var production = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var there = LabSessions.Open(staging.AddressText);
        using var here = LabSessions.Open(production.AddressText);
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), [DocumentText.Entry("dep/feature", "on")]));
        foreach (var session in new[] { there, here }) Assert.Equal(1, (await ImportTests.ImportAsync(session, folder.At("x.json"), new() { UndoPath = folder.At(session == there ? "there.json" : "here.json") })).Created);

        var refused = (await Assert.ThrowsAnyAsync<ConsulException>(() => ImportTests.ImportAsync(here, folder.At("there.json"), new()))).Finding;
        Assert.Equal("Document.UndoForeign", refused.Code);
        Assert.Contains($"it is of the servers 127.0.0.1:{staging.Ports.Server}, and here are 127.0.0.1:{production.Ports.Server}", refused.Title);
        Assert.Single(await ImportTests.StoreAsync(here));
        FaultMatrix.Add(FaultOrigin.Real, "an undo file of another cluster was imported", "Document.UndoForeign", "import refused", TimeSpan.Zero);
        using (var look = new KvImport(here, new KvDocument(new UndoReader(folder.At("there.json"))), new()))
            await Assert.ThrowsAnyAsync<ConsulException>(() => look.PlanAsync(null, keepFiles: false, Stop));

        // By another way to the same servers it is the same store.
        await using var way = new TcpFaultProxy(staging.Address);
        using var around = LabSessions.Open(way.Address.ToString().TrimEnd('/'));
        Assert.True((await ImportTests.ImportAsync(around, folder.At("there.json"), new())) is { Deleted: 1, IsComplete: true });

        // Who has read the remedy has two ways.
        Assert.Equal(1, (await ImportTests.ImportAsync(here, folder.At("there.json"), new() { Force = true })).Deleted);
        await ImportTests.ImportAsync(here, folder.At("x.json"), new());
        var lines = await File.ReadAllLinesAsync(folder.At("there.json"), Stop);
        await File.WriteAllLinesAsync(folder.At("there.json"), [lines[0], .. lines[2..]], Stop);
        Assert.Equal(1, (await ImportTests.ImportAsync(here, folder.At("there.json"), new())).Deleted);
    }

    [Fact]
    public async Task Where_the_store_cannot_be_reached_that_is_said()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), [DocumentText.Entry("a", "1")]));
        using (var session = LabSessions.Open(agent.AddressText)) await ImportTests.ImportAsync(session, folder.At("x.json"), new() { UndoPath = folder.At("undo.json") });
        using var nobody = LabSessions.Open($"http://127.0.0.1:{agent.Ports.Unused}");
        Assert.Equal("Tcp.Refused", (await Assert.ThrowsAnyAsync<ConsulException>(() => ImportTests.ImportAsync(nobody, folder.At("undo.json"), new()))).Finding.Code);

        // A proxy that lets only the KV store through says nothing of the servers; then the address has to be the same.
        await using var gate = new ScriptedConsul();
        gate.On("GET", "/v1/status/peers", ScriptedResponse.Html("<h1>403</h1>", 403));
        using var behind = LabSessions.Open(gate.Address.ToString().TrimEnd('/'));
        var refused = (await Assert.ThrowsAnyAsync<ConsulException>(() => ImportTests.ImportAsync(behind, folder.At("undo.json"), new()))).Finding;
        Assert.Equal("Document.UndoForeign", refused.Code);
        Assert.Contains("whether both lead to the same servers nobody told", refused.Title);
    }

    [Theory]
    [InlineData("http://a:8500", null, null, "10.0.0.1:8300", null)]
    [InlineData("http://b:8500", null, null, "10.0.0.2:8300", null)]
    [InlineData("http://a:8500", null, null, "", null)]
    [InlineData("http://b:8500", null, null, "", "it was written by way of http://a:8500, this is http://b:8500, and whether both lead to the same servers nobody told")]
    [InlineData("http://a:8500", null, null, "10.9.0.1:8300", "it is of the servers 10.0.0.1:8300, 10.0.0.2:8300, and here are 10.9.0.1:8300")]
    [InlineData("http://a:8500", null, "team", "10.0.0.1:8300", "it is of the namespace default, and this is team")]
    [InlineData("http://a:8500", "dc1", null, "10.0.0.1:8300", null)]
    public void It_knows_its_store_by_the_servers_and_by_the_address_where_nobody_names_them(string address, string? datacenter, string? space, string servers, string? difference)
    {
        var written = new UndoOrigin("http://a:8500", null, null, null, ["10.0.0.1:8300", "10.0.0.2:8300"]);
        Assert.Equal(difference, written.DifferenceTo(new UndoOrigin(address, datacenter, space, null, servers.Length == 0 ? [] : [servers])));
        Assert.Equal("it is of the datacenter dc2, and this is dc1", (written with { Datacenter = "dc2" }).DifferenceTo(written with { Datacenter = "dc1" }));
        Assert.Equal("it is of the partition a, and this is default", (written with { Partition = "a" }).DifferenceTo(written));
    }

    [Fact]
    public async Task In_one_transaction_it_gives_back_everything_or_nothing()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        using var folder = new TemporaryFolder();
        string[] keys = ["a", "b", "c"];
        await ImportTests.FillAsync(session, [.. keys.Select(key => DocumentText.Entry(key, "old"))]);
        File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), [.. keys.Select(key => DocumentText.Entry(key, "new"))]));
        await ImportTests.ImportAsync(session, folder.At("x.json"), new() { Atomic = true, UndoPath = folder.At("undo.json") });
        await ImportTests.FillAsync(session, DocumentText.Entry("b", "theirs"));

        var options = new KvImportOptions { Atomic = true, JournalPath = folder.At("journal"), UndoPath = folder.At("again.json") };
        var refused = (await Assert.ThrowsAnyAsync<ConsulException>(() => ImportTests.ImportAsync(session, folder.At("undo.json"), options))).Finding;
        Assert.Equal(("Cas.IndexStale", "1 key was changed after the import that is undone, so not all of it can be given back: b"), (refused.Code, refused.Title));
        Assert.Equal(["new", "theirs", "new"], (await ImportTests.StoreAsync(session)).Select(entry => entry.Value));
        Assert.False(File.Exists(options.JournalPath) || File.Exists(options.UndoPath));
        Assert.True((await ImportTests.ImportAsync(session, folder.At("undo.json"), options with { Force = true })) is { Changed: 3, IsComplete: true });
        Assert.Equal(["old", "old", "old"], (await ImportTests.StoreAsync(session)).Select(entry => entry.Value));
    }
}
