using System.Diagnostics;

namespace ConsulKvTools.Cli.Tests;

/// <summary>Runs the built consulkv as a shell would, with none of the surrounding CONSUL_* variables.</summary>
public sealed class ConsulKvProcess
{
    private readonly Dictionary<string, string?> variables = [];
    private byte[]? input;
    private string? executable;

    public ConsulKvProcess With(string variable, string? value)
    {
        variables[variable] = value;
        return this;
    }

    /// <summary>Another consulkv than the one beside the tests.</summary>
    public ConsulKvProcess Executable(string path)
    {
        executable = path;
        return this;
    }

    public ConsulKvProcess Input(byte[] bytes)
    {
        input = bytes;
        return this;
    }

    /// <summary>Runs to the end.</summary>
    public async Task<ConsulKvRun> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = new MemoryStream();
        var copying = process.StandardOutput.BaseStream.CopyToAsync(output, TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (input is not null) await process.StandardInput.BaseStream.WriteAsync(input, TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(patience.Token);
        await copying;
        var run = new ConsulKvRun(process.ExitCode, output.ToArray(), await error);
        Secrets.AssertAbsent(run.Bytes, "Standard output");
        Secrets.AssertAbsent(run.Error, "Standard error");
        return run;
    }

    /// <summary>Starts it and leaves the rest to the caller.</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(executable ?? (Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (executable is null) start.ArgumentList.Add(typeof(CommandLine).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.ToArray())
            if (name.StartsWith("CONSUL_HTTP", StringComparison.Ordinal) || name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase)) start.Environment.Remove(name);
        foreach (var name in new[] { "CONSUL_CACERT", "CONSUL_CAPATH", "CONSUL_CLIENT_CERT", "CONSUL_CLIENT_KEY", "CONSUL_TLS_SERVER_NAME", "CONSUL_NAMESPACE", "CONSUL_PARTITION", "LC_ALL" })
            start.Environment.Remove(name);
        start.Environment["LANG"] = "C.UTF-8";
        // The JIT's second thoughts cost more than they bring in a process of a tenth of a second.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in variables) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
