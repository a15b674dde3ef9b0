namespace ConsulKvTools.Cli.Tests;

/// <summary>Exit code 2, an error that names the input and what would be right, and nothing sent.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("unknown verb", "gett k", "no command 'gett'")]
    [InlineData("unknown option", "set k v --fence", "Did you mean --fenced?")]
    [InlineData("unknown option where a key is open", "get --frob", "no option '--frob'")]
    [InlineData("value with a dash", "set k -5", "goes behind '--'")]
    [InlineData("one argument too many", "set k two words", "'words' is one argument too many")]
    [InlineData("negative index", "set k v --cas -1", "--cas is '-1'; a ModifyIndex is a whole number from 0 on")]
    [InlineData("flags that are none", "set k v --flags red", "--flags is 'red'")]
    [InlineData("duration without unit", "diagnose k --timeout 5", "500ms, 15s or 1m30s")]
    [InlineData("duration of nothing", "test --timeout 0s", "above zero")]
    [InlineData("unknown operation", "diagnose k --operation chmod", "read, write, list, delete, deleterecurse, lock")]
    [InlineData("an operation by number", "acl k --operation 1", "use one of")]
    [InlineData("unknown output", "test --output xml", "text, json")]
    [InlineData("key and prefix", "get k --prefix p", "one of the two")]
    [InlineData("neither key nor prefix", "get", "one of the two")]
    [InlineData("names without prefix", "get k --names", "--names lists the keys below a prefix")]
    [InlineData("raw json", "get k --raw --output json", "--raw writes the bytes of one value")]
    [InlineData("no value", "set k", "There is no value")]
    [InlineData("two values", "set k v --value-file f", "given twice")]
    [InlineData("value file that is not there", "set k --value-file /nowhere/f", "'/nowhere/f' does not exist")]
    [InlineData("two checks", "set k v --cas 1 --create-only", "--cas and --create-only exclude each other")]
    [InlineData("acquire without session", "set k v --acquire", "--acquire needs --lock-session")]
    [InlineData("session without purpose", "set k v --lock-session x", "--acquire or --release")]
    [InlineData("value without key", "diagnose --value v", "A value is given but no key")]
    [InlineData("proxy that is none", "test --proxy here", "--proxy wants an address such as")]
    [InlineData("both on standard input", "set k - --token-stdin", "cannot carry both")]
    [InlineData("token twice", "get k --token-stdin --token-file f", "give one of them")]
    [InlineData("unknown code", "explain Acl.PermisionDenied", "Near it: Acl.PermissionDenied")]
    public async Task Says_what_would_be_right(string what, string line, string expected)
    {
        var run = await InProcess.RunAsync(line.Split(' '));
        run.Exits(ExitCode.Usage);
        Assert.True(Flat(run.Error).Contains(expected, StringComparison.Ordinal), $"{what}: {run.Error}");
        if (!line.EndsWith("json", StringComparison.Ordinal)) Assert.Empty(run.Bytes);
    }

    [Theory]
    [InlineData("--token", "b1gs33cr-and-long")]
    [InlineData("--token=b1gs33cr-and-long")]
    [InlineData("-token=b1gs33cr-and-long")]
    [InlineData("--http-token", "b1gs33cr-and-long")]
    [InlineData("--my-token=b1gs33cr-and-long")]
    [InlineData("--my-token:b1gs33cr-and-long")]
    [InlineData("--token-file", "11111111-b1b5-4333-8444-b1b1b1b1b1b1")]
    [InlineData("surplus", "11111111-b1b5-4333-8444-b1b1b1b1b1b1")]
    public async Task A_token_on_the_command_line_is_refused_and_never_repeated(params string[] words)
    {
        var run = await new ConsulKvProcess().RunAsync(["get", "k", .. words]);
        run.Exits(ExitCode.Usage);
        Assert.DoesNotContain("b1gs33cr", run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("b1b5-4333", run.Output + run.Error, StringComparison.Ordinal);
        if (words[0].StartsWith("--token", StringComparison.Ordinal)) Assert.Contains("--token-stdin", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_gets_usage_errors_as_a_document_too()
    {
        var run = await InProcess.RunAsync("set", "k", "--output", "json");
        Assert.Equal("Usage", run.Exits(ExitCode.Usage).Document("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Help_and_version_are_no_errors_but_nothing_is_one()
    {
        Assert.Contains("diagnose", (await new ConsulKvProcess().RunAsync("--help")).Exits(ExitCode.Healthy).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("--http-token", (await new ConsulKvProcess().RunAsync("set", "--help")).Exits(ExitCode.Healthy).Output, StringComparison.Ordinal);
        (await new ConsulKvProcess().RunAsync("--version")).Exits(ExitCode.Healthy);
        Assert.Contains("diagnose", (await new ConsulKvProcess().RunAsync()).Exits(ExitCode.Usage).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_fits_a_screen_though_there_are_hundreds_of_codes()
    {
        var help = (await new ConsulKvProcess().RunAsync("--help")).Exits(ExitCode.Healthy).Output;
        Assert.Contains("explain <code>", help, StringComparison.Ordinal);
        Assert.DoesNotContain("Acl.AgentDefaultTokenBad", help, StringComparison.Ordinal);
        Assert.DoesNotContain("Acl.AgentDefaultTokenBad", (await new ConsulKvProcess().RunAsync("explain", "--help")).Exits(ExitCode.Healthy).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("0")]
    public async Task What_is_no_process_number_is_named(string text)
    {
        var run = await new ConsulKvProcess().RunAsync("diagnose", "--pid", text);
        Assert.Contains($"--pid is '{text}'", Flat(run.Exits(ExitCode.Usage).Error), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", run.Error, StringComparison.Ordinal);
    }

    private static string Flat(string text) => text.ReplaceLineEndings(" ");
}
