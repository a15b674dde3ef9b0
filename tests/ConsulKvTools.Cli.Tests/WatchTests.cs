using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ConsulKvTools.Lab;

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
    public async Task A_key_that_ends_with_a_slash_stands_for_what_is_below_it_and_changes_of_one_transaction_are_not_parted()
    {
        var prefix = AgentFixture.NewKey() + "/";
        var both = JsonSerializer.Serialize(new[] { "a", "b" }.Select(name => new { KV = new { Verb = "set", Key = prefix + name, Value = "MQ==" } }));
        (await fixture.Agent.SendAsync("PUT", "/v1/txn", both)).EnsureSuccess("transaction");

        var lines = (await fixture.Process().RunAsync("watch", prefix, "--initial", "--count", "1", "--for", "20s")).Exits(ExitCode.Healthy).Output.TrimEnd().Split('\n');

        Assert.Equal([$"{prefix}a = 1", $"{prefix}b = 1"], lines.Select(line => line.Substring(line.IndexOf(prefix, StringComparison.Ordinal)).TrimEnd()));
    }

    [Fact]
    public async Task It_ends_after_its_time_and_says_what_is_wrong_before_it_begins()
    {
        (await fixture.Process().RunAsync("watch", AgentFixture.NewKey(), "--for", "5s")).Exits(ExitCode.Healthy);
        Assert.Contains("Acl.PermissionDenied", (await fixture.Process().RunAsync("watch", "other/x")).Exits(ExitCode.CouldNotRun).Error, StringComparison.Ordinal);
        (await fixture.Process().RunAsync("watch")).Exits(ExitCode.Usage);
        (await fixture.Process().RunAsync("watch", "a", "--initial", "--since", "1")).Exits(ExitCode.Usage);
    }

    [Fact]
    public async Task A_prefix_of_which_nothing_can_be_seen_was_not_watched_and_an_empty_one_was()
    {
        var hidden = $"other/{Guid.NewGuid():N}/";
        await fixture.Agent.PutKeyAsync(hidden + "a", "1", TestContext.Current.CancellationToken);
        var text = fixture.Process().RunAsync("watch", "--prefix", hidden, "--for", "6s");
        var json = fixture.Process().With("CONSUL_HTTP_TOKEN", null).RunAsync("watch", "--prefix", "app/", "--for", "6s", "--output", "json");
        var empty = fixture.Process().RunAsync("watch", "--prefix", AgentFixture.NewKey() + "/", "--for", "6s");

        Assert.Contains("Acl.ReadFiltered", (await text).Exits(ExitCode.CouldNotRun).Error, StringComparison.Ordinal);
        Assert.Equal("Acl.ReadFiltered", (await json).Exits(ExitCode.CouldNotRun).Document("error").GetProperty("code").GetString());
        (await empty).Exits(ExitCode.Healthy);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task Stopped_it_has_done_its_work(string form)
    {
        Assert.SkipUnless(CancellationTests.CanInterrupt, "No signals here, or SIGINT is ignored by whoever started the tests.");
        var key = AgentFixture.NewKey();
        await fixture.Agent.PutKeyAsync(key, "1", TestContext.Current.CancellationToken);
        using var process = fixture.Process().Start("watch", key, "--initial", "--output", form);
        var lines = new List<string?> { await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) };
        await fixture.Agent.PutKeyAsync(key, "2", TestContext.Current.CancellationToken);
        lines.Add(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        var clock = Stopwatch.StartNew();
        await CancellationTests.InterruptAsync(process);
        Assert.Empty(await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Healthy, process.ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(4), $"{clock.Elapsed}");
        if (form == "json") Assert.Equal(["Initial", "Changed"], lines.Select(line => JsonDocument.Parse(line!).RootElement.GetProperty("kind").GetString()));
        else Assert.EndsWith($"{key} = 2", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_when_nobody_reads_it_any_more_though_nothing_changes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows tells a writer of nothing before .NET hides it.");
        var key = AgentFixture.NewKey();
        await fixture.Agent.PutKeyAsync(key, "1", TestContext.Current.CancellationToken);
        using var process = fixture.Process().Start("watch", key, "--initial");
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        process.StandardOutput.Close();
        Assert.Empty(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.CouldNotRun, process.ExitCode);
    }

    [Fact]
    public async Task A_time_that_ends_before_the_agent_has_answered_is_no_quiet_watch()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var nobody = (await fixture.Process().RunAsync("watch", "a", "--for", "1s", "--address", $"http://{silent.LocalEndpoint}")).Exits(ExitCode.CouldNotRun);
        Assert.Contains("nothing was watched", nobody.Error, StringComparison.Ordinal);
        var dead = (await fixture.Process().RunAsync("watch", "a", "--address", "http://127.0.0.1:1", "--output", "json")).Exits(ExitCode.CouldNotRun);
        Assert.Single(dead.Output.TrimEnd().Split('\n'));
        Assert.Equal("Tcp.Refused", dead.Document("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task A_time_that_ends_while_the_agent_is_silent_is_no_quiet_watch(string form)
    {
        var key = AgentFixture.NewKey();
        await fixture.Agent.PutKeyAsync(key, "1", TestContext.Current.CancellationToken);
        await using var proxy = new TcpFaultProxy(fixture.Agent.HttpAddress!);
        using var process = fixture.Process().Start("watch", key, "--initial", "--for", "8s", "--address", proxy.Address.OriginalString.TrimEnd('/'), "--output", form);
        var first = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        proxy.Refuse();
        var rest = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("Initial", first, StringComparison.Ordinal);
        Assert.Equal(ExitCode.CouldNotRun, process.ExitCode);
        Assert.Contains($"nothing was heard of {key}: what happened last is not known", error, StringComparison.OrdinalIgnoreCase);
        if (form == "json") Assert.Equal("Tcp.Refused", JsonDocument.Parse(rest).RootElement.GetProperty("code").GetString());
        else Assert.Contains("Tcp.Refused", error, StringComparison.Ordinal);
    }
}
