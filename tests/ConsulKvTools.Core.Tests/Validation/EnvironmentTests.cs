using System.Collections;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;
using ConsulKvTools.Validation;

namespace ConsulKvTools.Tests.Validation;

/// <summary>Each expectation that can be named only where somebody said what he expects, against a real agent.</summary>
[Collection(AclAgentTests.Name)]
public sealed class EnvironmentTests(AclAgentFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_name_that_nobody_knows_is_named() =>
        await Names("Expect.NotUnderstood", "a description with a misspelt section", Table(("Kesy", "a")));

    [Fact]
    public async Task A_certificate_is_expected_where_there_is_no_TLS() =>
        await Names("Expect.NoTls", "days of a certificate asked of an http address", Table(("Tls", Table(("MinimumDays", 1)))));

    [Fact]
    public async Task A_certificate_that_ends_sooner_than_expected_is_named()
    {
        using var certificates = new CertificateLab();
        var authority = certificates.Authority();
        await using var agent = await ConsulAgent.StartAsync(new() { InMemory = true, Tls = new(authority.Issue("127.0.0.1")) }, Stop);
        var data = Table(("Agents", Table(("here", Table(("Address", agent.HttpsAddress!.OriginalString), ("CACertificate", authority.CertificateFile))))), ("Tls", Table(("MinimumDays", 36_500))));
        await Names("Expect.CertificateEnds", "a certificate of fewer days than asked for", data);
    }

    [Fact]
    public async Task An_answer_later_than_expected_is_named() =>
        await Names("Expect.Slow", "an answer asked for within 100 ns", Table(("Agents", Table(("here", Table(("Address", Address), ("MaximumLatency", TimeSpan.FromTicks(1))))))));

    [Fact]
    public async Task An_older_version_than_expected_is_named() =>
        await Names("Expect.VersionOlder", "Consul 99 asked of 1.8.7", Table(("Cluster", Table(("MinimumVersion", "99.0")))));

    [Fact]
    public async Task What_the_token_may_not_see_is_not_taken_for_granted() =>
        await Names("Expect.NotSeen", "the version asked for without agent:read", Table(("Cluster", Table(("MinimumVersion", "1.0"))), ("Agents", Table(("here", Table(("Address", Address), ("Token", "anonymous")))))));

    [Fact]
    public async Task Fewer_servers_than_expected_are_named() =>
        await Names("Expect.ServersDiffer", "three servers asked of one", Table(("Cluster", Table(("Servers", 3)))));

    [Fact]
    public async Task A_token_that_may_do_more_than_it_must_is_named() =>
        await Names("Expect.AccessAllowed", "a denial asked of a token that may write", Table(("Access", Table(("Key", "expect/x"), ("Deny", "Write")))));

    [Fact]
    public async Task Keys_and_values_that_are_not_as_expected_are_named()
    {
        await fixture.Agent.PutKeyAsync("expect/there", "no number", cancellationToken: Stop);
        await Names("Expect.KeyPresent", "a key that must not be there", Table(("Keys", Table(("Key", "expect/there"), ("Exists", false)))));
        await Names("Expect.ValueDiffers", "a value of another type", Table(("Keys", Table(("Key", "expect/there"), ("Type", "Integer")))));
        await Names("Expect.KeyCount", "fewer keys than asked for", Table(("Keys", Table(("Prefix", "expect/there"), ("MinimumCount", 2)))));
    }

    [Fact]
    public async Task Copies_that_differ_are_named()
    {
        await fixture.Agent.PutKeyAsync("expect/copy", "1", cancellationToken: Stop);
        await using var other = await ConsulAgent.StartAsync(new() { InMemory = true }, Stop);
        await other.PutKeyAsync("expect/copy", "2", cancellationToken: Stop);
        var data = Table(("Agents", Table(("here", Table(("Address", Address), ("Token", "all"))), ("there", other.AddressText))), ("Replication", Table(("Prefix", "expect/copy"), ("Within", "300ms"))));
        await Names("Expect.ReplicaDiffers", "two stores with different values", data);
    }

    private string Address => fixture.Agent.AddressText;

    private static Dictionary<string, object> Table(params (string Name, object Value)[] rows) => rows.ToDictionary(row => row.Name, row => row.Value);

    private async Task Names(string code, string how, Dictionary<string, object> data)
    {
        if (!data.ContainsKey("Agents")) data["Agents"] = Table(("here", Table(("Address", Address), ("Token", "all"))));
        data["Tokens"] = Table(("all", Table(("Variable", "ALL"))));
        var environment = new ConsulEnvironment(new Dictionary<string, string> { ["ALL"] = fixture.ManagementToken });
        var failed = new List<ConsulEnvironmentResult>();
        foreach (var check in EnvironmentDescription.Read((IDictionary)data, environment, path => path))
        {
            var result = await EnvironmentCheckRun.RunAsync(check, null, TimeProvider.System, Stop);
            if (result.Status != ConsulEnvironmentCheckStatus.Passed) failed.Add(result);
        }
        var named = Assert.Single(failed);
        Assert.Equal(code, named.Code);
        Assert.StartsWith(code + ": ", named.Message, StringComparison.Ordinal);
        Assert.Empty(named.Finding!.OpenPlaces);
        FaultMatrix.Add(FaultOrigin.Real, how, code, "check Failed", named.Duration);
    }
}
