using System.Text.RegularExpressions;

namespace ConsulKvTools.Cli.Tests;

/// <summary>The native executable says what the managed one says, and publishing it warns of nothing.</summary>
public sealed partial class NativeTests(NativeFixture native, AgentFixture agent) : IClassFixture<NativeFixture>
{
    [Fact]
    public void Publishing_warns_of_nothing()
    {
        RequireExecutable();
        // Warnings are errors here, but a later change of the project must not silence them unseen.
        Assert.DoesNotMatch(Warnings(), native.Output);
        Assert.True(File.Exists(native.Executable));
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("--help")]
    [InlineData("get", "app/native")]
    [InlineData("get", "app/native", "--output", "json")]
    [InlineData("get", "--prefix", "app/nativ")]
    [InlineData("get", "app/does-not-exist")]
    [InlineData("set", "app/native-written", "value")]
    [InlineData("set", "outside/of-the-rules", "value")]
    [InlineData("acl", "app/native")]
    [InlineData("config")]
    [InlineData("resolve", "Unexpected response code: 500 (No cluster leader)")]
    [InlineData("explain", "Acl.PermissionDenied")]
    [InlineData("explain")]
    [InlineData("no-such-verb")]
    public async Task It_says_what_the_managed_one_says(params string[] arguments)
    {
        RequireExecutable();
        await agent.Agent.SendAsync("PUT", "/v1/kv/app/native", "seen by both", agent.Agent.ManagementToken);
        await agent.Agent.SendAsync("PUT", "/v1/kv/app/native-written", "value", agent.Agent.ManagementToken);
        var managed = await agent.Process().RunAsync(arguments);
        var own = await agent.Process().Executable(native.Executable!).RunAsync(arguments);

        Assert.Equal(managed.ExitCode, own.ExitCode);
        Assert.Equal(WithoutTimes(managed.Output), WithoutTimes(own.Output));
        Assert.Equal(WithoutTimes(managed.Error), WithoutTimes(own.Error));
    }

    [Theory]
    [InlineData("app/native", null)]
    [InlineData("outside/of-the-rules", "Acl.PermissionDenied")]
    public async Task It_finds_what_the_managed_one_finds(string key, string? expected)
    {
        RequireExecutable();
        var managed = (await agent.Process().RunAsync("diagnose", key, "--output", "json")).Document("diagnosis");
        var run = await agent.Process().Executable(native.Executable!).RunAsync("diagnose", key, "--output", "json");
        var own = run.Document("diagnosis");

        Assert.Equal(Probes(managed), Probes(own));
        Assert.Equal(managed.EnumerateObject().Select(member => member.Name), own.EnumerateObject().Select(member => member.Name));
        if (expected is null) return;
        Assert.Equal(ExitCode.Fault, run.ExitCode);
        Assert.Equal(expected, managed.GetProperty("rootCause").GetProperty("code").GetString());
        Assert.Equal(expected, own.GetProperty("rootCause").GetProperty("code").GetString());
        // All of the finding's text, its places filled.
        Assert.Equal(managed.GetProperty("rootCause").GetProperty("remedy").GetString(), own.GetProperty("rootCause").GetProperty("remedy").GetString());
    }

    [Fact]
    public async Task The_runtimes_own_texts_are_still_in_it()
    {
        RequireExecutable();
        // Size options could leave only the names of the resources.
        var own = await agent.Process().Executable(native.Executable!).RunAsync("set", "app/native", "--value-file", "/does/not/exist");
        var managed = await agent.Process().RunAsync("set", "app/native", "--value-file", "/does/not/exist");
        Assert.NotEqual(ExitCode.Healthy, own.ExitCode);
        Assert.Equal(managed.Error, own.Error);
    }

    private static string[] Probes(System.Text.Json.JsonElement diagnosis) =>
        [.. diagnosis.GetProperty("probes").EnumerateArray().Select(probe => $"{probe.GetProperty("layer")} {probe.GetProperty("probe")}").Order(StringComparer.Ordinal)];

    private void RequireExecutable()
    {
        Assert.SkipWhen(native.Problem.Length > 0, native.Problem);
        Assert.True(native.Executable is not null, "Publishing failed:\n" + native.Output);
    }

    /// <summary>What differs from run to run: durations, times, ids, counts of sockets, process ids.</summary>
    private static string WithoutTimes(string text) => Varying().Replace(text, "#");

    [GeneratedRegex(@"[0-9]+([.,:][0-9]+)*( ?(ms|µs|s|min|GiB|MiB)\b)?|[0-9a-f]{8}-[0-9a-f-]{27}|Established|TimeWait|\s+|─+")]
    private static partial Regex Varying();

    [GeneratedRegex(@"\b(warning|error) IL[0-9]{4}")]
    private static partial Regex Warnings();
}
