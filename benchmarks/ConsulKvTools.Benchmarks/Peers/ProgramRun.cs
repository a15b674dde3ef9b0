using System.Diagnostics;
using System.Globalization;

namespace ConsulKvTools.Benchmarks.Peers;

/// <summary>One run of a program, timed from its start to its end.</summary>
/// <param name="Elapsed">Wall clock.</param>
/// <param name="Output">Standard output; empty when it was dropped.</param>
/// <param name="Error">Standard error.</param>
/// <param name="PeakMemory">Most resident memory seen, in bytes; null where the system does not tell.</param>
internal sealed record ProgramRun(TimeSpan Elapsed, string Output, string Error, long? PeakMemory)
{
    /// <summary>True when the program is on the search path, or the path leads to a file.</summary>
    public static bool IsHere(string program) =>
        File.Exists(program) || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));

    /// <summary>Runs to the end.</summary>
    /// <param name="program">Name or path.</param>
    /// <param name="arguments">Arguments.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <param name="drop">True reads standard output and throws it away: what a reader that does nothing costs.</param>
    /// <param name="environment">Variables to set; a null value removes one.</param>
    /// <param name="input">Standard input; null closes it.</param>
    /// <exception cref="InvalidOperationException">It ended with an exit code other than 0.</exception>
    public static async Task<ProgramRun> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellation, bool drop = false,
        IReadOnlyDictionary<string, string?>? environment = null, string? input = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} was not started.");
        try
        {
            using var ended = new CancellationTokenSource();
            var peak = WatchMemoryAsync(process.Id, ended.Token);
            var output = drop ? DropAsync(process.StandardOutput.BaseStream, cancellation) : process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), cancellation).ConfigureAwait(false);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            var elapsed = clock.Elapsed;
            await ended.CancelAsync().ConfigureAwait(false);
            var run = new ProgramRun(elapsed, await output.ConfigureAwait(false), await error.ConfigureAwait(false), await peak.ConfigureAwait(false));
            return process.ExitCode == 0 ? run : throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"{program} ended with exit code {process.ExitCode}: {run.Error.Trim()} {Tail(run.Output)}"));
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> DropAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false) > 0)
        {
        }
        return "";
    }

    /// <summary>The kernel keeps the peak, so it is enough to look shortly before the end.</summary>
    private static async Task<long?> WatchMemoryAsync(int id, CancellationToken ended)
    {
        long? peak = null;
        while (!ended.IsCancellationRequested)
        {
            if (ProcessMemory.Read(id) is not { } memory) return peak;
            peak = memory.PeakResident;
            await Task.Delay(20, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return peak;
    }

    private static string Tail(string text) => text.Length <= 400 ? text : text[^400..];
}
