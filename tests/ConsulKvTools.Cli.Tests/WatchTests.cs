using System.Text.Json;

namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv watch</c>: one line a change.</summary>
public sealed class WatchTests(AgentFixture fixture)
{
    [Fact]
    public async Task Each_change_is_a_line_of_text_or_a_JSON_document()
    {
        var prefix = AgentFixture.NewKey() + "/";
        await fixture.Agent.PutKeyAsync(prefix + "a", "1", TestContext.Current.CancellationToken);
        var text = fixture.Process().RunAsync("watch", "--prefix", prefix, "--initial", "--count", "2");
        var json = fixture.Process().RunAsync("watch", "--prefix", prefix, "--initial", "--count", "2", "--output", "json");
        while (!text.IsCompleted || !json.IsCompleted)
        {
            // Until both have begun and seen one.
            await fixture.Agent.PutKeyAsync(prefix + "b", Guid.NewGuid().ToString(), TestContext.Current.CancellationToken);
            await Task.Delay(300, TestContext.Current.CancellationToken);
        }

        var lines = (await text).Exits(ExitCode.Healthy).Output.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Matches($"^[0-9:]{{8}}  Initial +[0-9]+  {prefix}a = 1$", lines[0]);
        var documents = (await json).Exits(ExitCode.Healthy).Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(2, documents.Length);
        Assert.Equal(("Initial", "1"), (documents[0].GetProperty("kind").GetString(), documents[0].GetProperty("new").GetProperty("value").GetString()));
    }

    [Fact]
    public async Task It_ends_after_its_time_and_says_what_is_wrong_before_it_begins()
    {
        (await fixture.Process().RunAsync("watch", AgentFixture.NewKey(), "--for", "500ms")).Exits(ExitCode.Healthy);
        Assert.Contains("Acl.PermissionDenied", (await fixture.Process().RunAsync("watch", "other/x")).Exits(ExitCode.CouldNotRun).Error, StringComparison.Ordinal);
        (await fixture.Process().RunAsync("watch")).Exits(ExitCode.Usage);
        (await fixture.Process().RunAsync("watch", "a", "--initial", "--since", "1")).Exits(ExitCode.Usage);
    }
}
