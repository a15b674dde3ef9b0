using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Benchmarks.Peers;

/// <summary>wrk: what the server itself can do at most.</summary>
internal static partial class Wrk
{
    public static bool IsHere => ProgramRun.IsHere("wrk");

    /// <summary>Requests a second over 64 connections.</summary>
    /// <param name="address">What to ask.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="script">A Lua file; null asks with GET.</param>
    /// <param name="connections">Connections at once.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<double> RequestsPerSecondAsync(Uri address, int seconds, string? script, int connections, CancellationToken cancellation)
    {
        string[] arguments = ["-t2", $"-c{connections}", $"-d{seconds}s", .. script is null ? Array.Empty<string>() : ["-s", script], address.OriginalString];
        var run = await ProgramRun.RunAsync("wrk", arguments, cancellation).ConfigureAwait(false);
        if (run.Output.Contains("Non-2xx", StringComparison.Ordinal)) throw new InvalidOperationException("wrk got other answers than 200: " + run.Output);
        return double.Parse(Rate().Match(run.Output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>A script that sends transactions of 64 puts, ready-made, one after another.</summary>
    public static async Task WriteTransactionScriptAsync(string file, CancellationToken cancellation)
    {
        var lua = new StringBuilder("local bodies = {}\n");
        for (var body = 0; body < 50; body++)
        {
            var operations = Enumerable.Range(body * 64, 64).Select(position =>
                $$$"""{"KV":{"Verb":"set","Key":"{{{KeySet.Key("wrk/", position)}}}","Value":"{{{Convert.ToBase64String(KeySet.Value(position))}}}"}}""");
            lua.Append(CultureInfo.InvariantCulture, $"bodies[{body + 1}] = [==[[{string.Join(',', operations)}]]==]\n");
        }
        lua.Append("local at = 0\nrequest = function()\n  at = at % #bodies + 1\n  return wrk.format('PUT', '/v1/txn', nil, bodies[at])\nend\n");
        await File.WriteAllTextAsync(file, lua.ToString(), cancellation).ConfigureAwait(false);
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();
}
