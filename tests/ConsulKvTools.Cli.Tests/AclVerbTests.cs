namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv acl</c>: may this token do this to this key.</summary>
public sealed class AclVerbTests(AgentFixture fixture)
{
    [Fact]
    public async Task What_is_allowed_is_allowed()
    {
        Assert.StartsWith("✓ Allowed  write app/x", (await fixture.Process().RunAsync("acl", "app/x")).Exits(ExitCode.Healthy).Output, StringComparison.Ordinal);
        var document = (await fixture.Process().RunAsync("acl", "app/x", "--operation", "read,write", "--operation", "delete", "--output", "json")).Exits(ExitCode.Healthy).Document("acl");
        Assert.Equal(["Read", "Write", "Delete"], document.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("operation").GetString()));
    }

    [Fact]
    public async Task What_is_denied_comes_with_the_rule_that_would_allow_it()
    {
        var run = await fixture.ReadOnlyProcess().RunAsync("acl", "app/x", "--operation", "write", "--admin-token-file", fixture.AdminFile, "--output", "json");
        var result = run.Exits(ExitCode.Fault).Document("acl").GetProperty("results")[0];
        Assert.False(result.GetProperty("allowed").GetBoolean());
        Assert.Contains("app/x", result.GetProperty("suggestedRule").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("Acl.", result.GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("✗ Denied", (await fixture.ReadOnlyProcess().RunAsync("acl", "app/x")).Exits(ExitCode.Fault).Output, StringComparison.Ordinal);
    }
}
