namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv compare</c> ends as diff does.</summary>
public sealed class CompareTests(AgentFixture fixture)
{
    private const string Password = "Tr0ub4dor&3";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Zero_is_the_same_one_is_different_and_more_is_trouble()
    {
        var (left, right) = (AgentFixture.NewKey() + "/", AgentFixture.NewKey() + "/");
        await fixture.Agent.PutKeyAsync(left + "host", "a", Stop);
        await fixture.Agent.PutKeyAsync(right + "host", "a", Stop);
        Assert.Equal("", (await fixture.Process().RunAsync("compare", left, right)).Exits(ExitCode.Healthy).Output);
        await fixture.Agent.PutKeyAsync(right + "host", "b", Stop);
        await fixture.Agent.PutKeyAsync(left + "password", Password, Stop);
        var told = (await fixture.Process().RunAsync("compare", left, right)).Exits(ExitCode.Fault).Output;
        Assert.Contains("~ host  (changed)", told, StringComparison.Ordinal);
        Assert.Contains("    -a", told, StringComparison.Ordinal);
        Assert.Contains("    +b", told, StringComparison.Ordinal);
        Assert.Contains("- password  (removed, 11 bytes)", told, StringComparison.Ordinal);
        Assert.DoesNotContain("Tr0u", told, StringComparison.Ordinal);
        (await fixture.Process().RunAsync("compare", left)).Exits(ExitCode.Usage);
        (await fixture.Process().RunAsync("compare", left, right, "--exclude-value", "(")).Exits(ExitCode.Usage);
        (await fixture.Process().RunAsync("compare", left, "--difference-address", "http://127.0.0.1:1")).Exits(ExitCode.CouldNotRun);
    }

    [Fact]
    public async Task What_could_not_be_seen_is_not_the_same()
    {
        var (left, right) = (AgentFixture.NewKey() + "/", AgentFixture.NewKey() + "/");
        await fixture.Agent.PutKeyAsync(left + "host", "a", Stop);
        await fixture.Agent.PutKeyAsync(right + "host", "a", Stop);
        var blind = (await fixture.Agent.CreateTokenAsync("""service "x" { policy = "read" }""", Stop)).SecretId;
        var run = (await fixture.Process().With("CONSUL_HTTP_TOKEN", blind).RunAsync("compare", left, right)).Exits(ExitCode.CouldNotRun);
        Assert.Contains("Nothing was compared", run.Error, StringComparison.Ordinal);
        (await fixture.Process().RunAsync("compare", left + "no/", right + "no/")).Exits(ExitCode.CouldNotRun);
        (await fixture.Process().RunAsync("compare", left, right, "--exclude", "h*")).Exits(ExitCode.CouldNotRun);
        (await fixture.Process().With("CONSUL_HTTP_TOKEN", blind).RunAsync("compare", left, right, "--output", "json")).Exits(ExitCode.CouldNotRun);
        // Before 1.11 nobody says whether anything is hidden from a token that may read only.
        var reader = (await fixture.Agent.CreateTokenAsync("""key_prefix "" { policy = "read" }""", Stop)).SecretId;
        Assert.Contains("does not say whether there are any", (await fixture.Process().With("CONSUL_HTTP_TOKEN", reader).RunAsync("compare", left, right)).Exits(ExitCode.Healthy).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_one_side_hides_are_neither_the_same_nor_different()
    {
        var (left, right) = (AgentFixture.NewKey() + "/", AgentFixture.NewKey() + "/");
        await fixture.Agent.PutKeyAsync(left + "host", "a", Stop);
        await fixture.Agent.PutKeyAsync(right + "host", "a", Stop);
        await fixture.Agent.PutKeyAsync(right + "seen", "a", Stop);
        var half = (await fixture.Agent.CreateTokenAsync($$"""key_prefix "{{left}}" { policy = "read" } key_prefix "{{right}}seen" { policy = "read" }""", Stop)).SecretId;
        var blind = (await fixture.Agent.CreateTokenAsync($$"""key_prefix "{{left}}" { policy = "read" } key_prefix "{{right}}none" { policy = "read" } key_prefix "{{right}}same" { policy = "read" }""", Stop)).SecretId;
        await fixture.Agent.PutKeyAsync(left + "same", "a", Stop);
        await fixture.Agent.PutKeyAsync(right + "same", "a", Stop);
        var hidden = (await fixture.Process().With("CONSUL_HTTP_TOKEN", blind).RunAsync("compare", left, right, "--output", "json")).Exits(ExitCode.CouldNotRun);
        var document = hidden.Document("differences");
        Assert.Equal((2, 0, 1), (document.GetProperty("compared").GetInt32(), document.GetProperty("differing").GetInt32(), document.GetProperty("unknown").GetInt32()));
        Assert.Contains("Not all could be compared", hidden.Error, StringComparison.Ordinal);
        // One that is known to differ is enough.
        (await fixture.Process().With("CONSUL_HTTP_TOKEN", half).RunAsync("compare", left, right)).Exits(ExitCode.Fault);
    }

    [Fact]
    public async Task A_side_may_come_from_standard_input_or_a_file_of_any_name()
    {
        var left = AgentFixture.NewKey() + "/";
        await fixture.Agent.PutKeyAsync(left + "host", "a", Stop);
        var export = (await fixture.Process().RunAsync("export", left)).Exits(ExitCode.Healthy).Bytes;
        (await fixture.Process().Input(export).RunAsync("compare", left, "--reference-file", "-")).Exits(ExitCode.Healthy);
        (await fixture.Process().Input(export).RunAsync("compare", left, "--difference-file", "-", "--difference-format", "json")).Exits(ExitCode.Healthy);
        var file = Path.Combine(Path.GetTempPath(), $"compare-{Guid.NewGuid():N}.txt");
        try
        {
            await File.WriteAllBytesAsync(file, export, Stop);
            Assert.Contains("--reference-format", (await fixture.Process().RunAsync("compare", left, "--reference-file", file)).Exits(ExitCode.Usage).Error, StringComparison.Ordinal);
            (await fixture.Process().RunAsync("compare", left, "--reference-file", file, "--reference-format", "json")).Exits(ExitCode.Healthy);
        }
        finally
        {
            File.Delete(file);
        }
        (await fixture.Process().RunAsync("compare", left, "--reference-file", "-", "--difference-file", "-")).Exits(ExitCode.Usage);
        (await fixture.Process().RunAsync("compare", left, "--reference-file", "-", "--token-stdin")).Exits(ExitCode.Usage);
        (await fixture.Process().RunAsync("compare", left, left, "--difference-format", "json")).Exits(ExitCode.Usage);
    }

    [Fact]
    public async Task The_document_has_a_row_for_each_difference_without_secrets()
    {
        var (left, right) = (AgentFixture.NewKey() + "/", AgentFixture.NewKey() + "/");
        await fixture.Agent.PutKeyAsync(left + "json", $$"""{"a":1,"password":"{{Password}}"}""", Stop);
        await fixture.Agent.PutKeyAsync(right + "json", $$"""{ "password": "{{Password}}x", "a": 2 }""", Stop);
        var run = (await fixture.Process().RunAsync("compare", left, right, "--semantic", "--output", "json")).Exits(ExitCode.Fault);
        var row = run.Document("differences").GetProperty("differences")[0];
        Assert.Equal("Changed", row.GetProperty("kind").GetString());
        Assert.Equal(["~ $.a: 1 → 2"], row.GetProperty("changes").EnumerateArray().Select(line => line.GetString()!).Where(line => !line.Contains("password", StringComparison.Ordinal)));
        Assert.DoesNotContain("Tr0u", run.Output, StringComparison.Ordinal);
    }
}
