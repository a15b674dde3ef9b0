namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv resolve</c>: texts, standard input and files.</summary>
public sealed class ResolveTests
{
    private const string Refused = "Put \"http://127.0.0.1:8500/v1/kv/app/x\": dial tcp 127.0.0.1:8500: connect: connection refused";

    [Fact]
    public async Task A_text_is_explained_to_people_and_programs()
    {
        var text = (await InProcess.RunAsync("resolve", Refused)).Exits(ExitCode.Healthy).Output;
        Assert.Contains("127.0.0.1:8500", text, StringComparison.Ordinal);
        var finding = (await InProcess.RunAsync("resolve", Refused, "--output", "json")).Exits(ExitCode.Healthy).Document("resolution").GetProperty("findings")[0];
        Assert.Equal("Tcp.Refused", finding.GetProperty("code").GetString());
        Assert.Equal("app/x", finding.GetProperty("evidence").GetProperty("key").GetString());
        Assert.Equal("NotApplied", finding.GetProperty("evidence").GetProperty("effect").GetString());
    }

    [Fact]
    public async Task What_nobody_knows_is_said_so_and_is_a_fault() =>
        Assert.Equal("Error.NotRecognised", (await InProcess.RunAsync("resolve", "no idea", "--output", "json")).Exits(ExitCode.Fault).Document("resolution").GetProperty("findings")[0].GetProperty("code").GetString());

    [Fact]
    public async Task A_log_is_read_from_a_file()
    {
        var log = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(log, ["INFO fine", Refused, "Unexpected response code: 500 (No cluster leader)"], TestContext.Current.CancellationToken);
            var findings = (await InProcess.RunAsync("resolve", "--file", log, "--output", "json")).Exits(ExitCode.Healthy).Document("resolution").GetProperty("findings");
            Assert.Equal(["Tcp.Refused", "Cluster.NoLeader", "Error.NotRecognised"], findings.EnumerateArray().Select(row => row.GetProperty("code").GetString()));
        }
        finally
        {
            File.Delete(log);
        }
    }

    [Fact]
    public async Task A_log_that_is_not_there_or_too_much_at_once_is_a_usage_error()
    {
        (await InProcess.RunAsync("resolve", "--file", Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString()))).Exits(ExitCode.Usage);
        (await InProcess.RunAsync("resolve", "a", "--file", "b")).Exits(ExitCode.Usage);
    }

    [Fact]
    public async Task Standard_input_that_is_empty_is_no_error_that_is_known() => (await InProcess.RunAsync("resolve")).Exits(ExitCode.Fault);
}
