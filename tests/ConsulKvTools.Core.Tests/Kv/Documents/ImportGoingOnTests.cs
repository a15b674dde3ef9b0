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

    private static void Save(TemporaryFolder folder, params ConsulKvEntry[] entries) => File.WriteAllBytes(folder.At("x.json"), DocumentText.Write(stream => new ConsulJsonWriter(stream), entries));
}
