using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsulKvTools.Benchmarks.Peers;

/// <summary>A PowerShell process that stays warm and runs one script of <c>benchmarks/PowerShell</c> after another.</summary>
internal sealed class PowerShellWorker : IDisposable
{
    private readonly Process process;

    private PowerShellWorker(Process process) => this.process = process;

    public int Id => process.Id;

    /// <summary>Folder of the scripts.</summary>
    public static string Folder => Path.Combine(Product.Repository.Root, "benchmarks", "PowerShell");

    /// <summary>Starts PowerShell with the module imported.</summary>
    public static PowerShellWorker Start(string module)
    {
        var start = new ProcessStartInfo("pwsh") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[] { "-NoProfile", "-NonInteractive", "-File", Path.Combine(Folder, "worker.ps1"), "-ModulePath", module }) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("CONSUL_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        return new PowerShellWorker(Process.Start(start) ?? throw new InvalidOperationException("pwsh was not started."));
    }

    /// <summary>Runs a script and gives what it said.</summary>
    /// <exception cref="InvalidOperationException">The script failed, or PowerShell ended.</exception>
    public async Task<JsonNode> AskAsync(string script, JsonObject arguments, CancellationToken cancellation)
    {
        var order = new JsonObject { ["script"] = script, ["arguments"] = arguments };
        await process.StandardInput.WriteLineAsync(order.ToJsonString(new JsonSerializerOptions()).AsMemory(), cancellation).ConfigureAwait(false);
        await process.StandardInput.FlushAsync(cancellation).ConfigureAwait(false);
        while (await process.StandardOutput.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            if (!line.StartsWith("##", StringComparison.Ordinal)) continue;
            var answer = JsonNode.Parse(line[2..])!;
            return answer["error"] is { } error ? throw new InvalidOperationException($"{script}: {error}") : answer["ok"]!;
        }
        throw new InvalidOperationException($"PowerShell ended while it ran {script}.");
    }

    /// <summary>As <see cref="AskAsync"/>, with the most memory of its own that the process had meanwhile, over what it had before.</summary>
    /// <returns>The answer, and bytes; 0 where the system does not tell.</returns>
    public async Task<(JsonNode Answer, long Growth)> WatchAsync(string script, JsonObject arguments, CancellationToken cancellation)
    {
        var before = ProcessMemory.Read(Id)?.Anonymous ?? 0;
        var asking = AskAsync(script, arguments, cancellation);
        var most = before;
        while (!asking.IsCompleted)
        {
            most = Math.Max(most, ProcessMemory.Read(Id)?.Anonymous ?? 0);
            await Task.WhenAny(asking, Task.Delay(25, cancellation)).ConfigureAwait(false);
        }
        return (await asking.ConfigureAwait(false), most - before);
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(5))) process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
