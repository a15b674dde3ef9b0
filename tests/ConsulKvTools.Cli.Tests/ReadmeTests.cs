using System.Text.RegularExpressions;

namespace ConsulKvTools.Cli.Tests;

/// <summary>Every line of the README that calls consulkv works as it stands there.</summary>
public sealed partial class ReadmeTests(AgentFixture fixture)
{
    [Fact]
    public async Task Every_consulkv_line_works_in_the_order_it_is_shown()
    {
        var lines = File.ReadLines(Path.Combine(Root(), "README.md")).Where(line => line.StartsWith("consulkv ", StringComparison.Ordinal)).ToArray();
        Assert.True(lines.Length >= 6);
        // What is compared there is there, and may be read.
        foreach (var key in new[] { "prod/url", "staging/url" }) await fixture.Agent.SendAsync("PUT", "/v1/kv/" + key, "x", cancellationToken: TestContext.Current.CancellationToken);
        var token = await fixture.Agent.CreateTokenAsync(
            """key_prefix "app/" { policy = "write" } key_prefix "prod/" { policy = "read" } key_prefix "staging/" { policy = "read" } session_prefix "" { policy = "write" }""", TestContext.Current.CancellationToken);
        Secrets.Remember(token.SecretId);
        foreach (var line in lines)
            (await fixture.Process().With("CONSUL_HTTP_TOKEN", token.SecretId).RunAsync([.. Word().Matches(line).Skip(1).Select(word => word.Value.Trim('\''))])).Exits(ExitCode.Healthy);
    }

    /// <summary>What a shell takes for one word: in quotes, or without a blank.</summary>
    [GeneratedRegex("'[^']*'|\\S+")]
    private static partial Regex Word();

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ConsulKvTools.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
