using System.Globalization;
using System.Text.Json;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Cli.Tests;

/// <summary>What fails after its first rows is told so that programs can read it.</summary>
public sealed class BrokenListTests : IDisposable
{
    private const int Keys = 5_000;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kv-broken-");
    private readonly ScriptedConsul server = new();

    public BrokenListTests()
    {
        var body = JsonSerializer.Serialize(Enumerable.Range(0, Keys).Select(number => new
        {
            Key = $"app/{number.ToString("0000", CultureInfo.InvariantCulture)}", Value = "dg==", Flags = 0, CreateIndex = 7, ModifyIndex = 7, LockIndex = 0,
        }));
        server.On(request => request.Path.StartsWith("/v1/kv/app/", StringComparison.Ordinal), _ => ScriptedResponse.Truncated(body, body.Length - 1000));
    }

    [Theory]
    [InlineData("entries", "entries", "get", "--prefix", "app/")]
    [InlineData("differences", "differences", "compare", "app/", "--difference-file", "FILE")]
    [InlineData("plan", "keys", "import", "FILE", "--map", "app/=app/", "--delete", "--plan")]
    public async Task A_list_that_breaks_off_is_closed_and_says_so(string document, string list, params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.NotEqual(ExitCode.Healthy, run.ExitCode);
        Assert.NotEqual(ExitCode.Usage, run.ExitCode);
        var told = run.Document(document);
        Assert.InRange(told.GetProperty(list).GetArrayLength(), 1, Keys - 1);
        var error = told.GetProperty("error");
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Equal(error.GetProperty("code").GetString(), error.GetProperty("finding").GetProperty("code").GetString());
        // None of what is known only at the end, so that nobody takes it for one.
        Assert.Equal(["document", "version", list, "error"], told.EnumerateObject().Select(member => member.Name).Where(name => name != "prefix"));
        // And people see it as ever.
        Assert.Contains(error.GetProperty("code").GetString()!, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Behind_half_an_export_stands_nothing()
    {
        var run = await RunAsync("export", "app/");
        Assert.NotEqual(ExitCode.Healthy, run.ExitCode);
        Assert.StartsWith("[\n\t{", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("document", run.Output, StringComparison.Ordinal);
        Assert.NotEmpty(run.Error);
    }

    public void Dispose()
    {
        server.Dispose();
        folder.Delete(recursive: true);
    }

    private async Task<ConsulKvRun> RunAsync(params string[] arguments)
    {
        var file = Path.Combine(folder.FullName, "other.json");
        await File.WriteAllTextAsync(file, """[{"key":"app/0000","flags":0,"value":"eA=="}]""", TestContext.Current.CancellationToken);
        return await InProcess.RunAsync([.. arguments.Select(argument => argument == "FILE" ? file : argument), "--address", server.Address.ToString(), "--output", "json"]);
    }
}
