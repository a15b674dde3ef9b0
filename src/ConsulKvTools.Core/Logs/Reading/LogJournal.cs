using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ConsulKvTools.Logs.Reading;

/// <summary>Reads the systemd journal through journalctl, whose JSON is stable; the files' own form is not meant for others.</summary>
internal static class LogJournal
{
    private const int LongestError = 4000;
    private static readonly DateTimeOffset Earliest = new(1970, 1, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(9998, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private const string WayOn = "systemctl list-units --all '*consul*' names the units of this machine for -Unit, and journalctl --list-boots tells how far back the journal goes. Where Consul is no service of systemd, give its log by -Path or listen with -Agent.";
    private const string WayOnFile = "Without -Unit all of a given journal is searched; journalctl --field=_SYSTEMD_UNIT with its --file or --directory names the units in it.";

    /// <summary>Reads it.</summary>
    /// <param name="unit">The unit; null for all.</param>
    /// <param name="journal">A journal file or a folder of them; null for this machine's own.</param>
    /// <param name="request">Lines that are out of time are not even asked for.</param>
    /// <param name="search">Takes the lines.</param>
    /// <param name="progress">Told now and then how many lines there were.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException"><c>Log.SourceUnusable</c>.</exception>
    public static void Read(string? unit, string? journal, LogSearchRequest request, LogSearch search, Action<long>? progress, CancellationToken cancellation)
    {
        var name = journal is null ? unit is null ? "the journal" : $"the journal of {unit}" : unit is null ? journal : $"{journal} ({unit})";
        var arguments = new StringBuilder("--output=json --no-pager --quiet --all");
        if (journal is not null) arguments.Append(Directory.Exists(journal) ? " --directory=" : " --file=").Append(Quoted(journal));
        if (unit is not null) arguments.Append(" --unit=").Append(Quoted(unit));
        // A line's own time may differ a little from when the journal took it.
        if (request.Since is { } since && since > Earliest) arguments.Append(" --since=").Append(Quoted(Time(since.AddMinutes(-1))));
        if (request.Until is { } until && until < Latest) arguments.Append(" --until=").Append(Quoted(Time(until.AddMinutes(1))));
        using var process = Start(name, arguments.ToString());
        using var stop = cancellation.Register(() => Kill(process));
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            var source = new LogSource(name, DateTimeOffset.UtcNow, hasNumbers: false) { WayOn = journal is null ? WayOn : WayOnFile };
            var lines = 0L;
            TextLines.Read(process.StandardOutput.BaseStream, line =>
            {
                lines++;
                search.Add(source, line);
                if ((lines & 0xfff) == 0) progress?.Invoke(lines);
            }, cancellation);
            process.WaitForExit();
            cancellation.ThrowIfCancellationRequested();
            var said = errors.GetAwaiter().GetResult();
            said = said.Substring(0, Math.Min(said.Length, LongestError)).Trim();
            // Nothing at all is an exit code of its own in newer versions, and no error.
            if (process.ExitCode != 0 && lines > 0) throw LogFiles.Unusable(name, $"it broke off after {Amount.Of(lines, "line")}, and what came before that was read; journalctl {(said.Length == 0 ? $"ended with {process.ExitCode}" : "says: " + said)}");
            if (said.Length > 0 && (process.ExitCode != 0 || (lines == 0 && said.IndexOf("ermission", StringComparison.Ordinal) >= 0))) throw LogFiles.Unusable(name, "journalctl says: " + said);
            // It leaves out files that are damaged, and ends well.
            if (said.Length > 0) source.Remark = $"journalctl says of {name}: {Printable.Text(said, 300)}";
            search.Finish(source);
        }
        finally
        {
            Kill(process);
        }
    }

    private static Process Start(string name, string arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("journalctl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true })!;
        }
        catch (Exception error) when (error is Win32Exception or PlatformNotSupportedException)
        {
            throw LogFiles.Unusable(name, "journalctl cannot be run on this machine; give the files of the log by -Path", error);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill();
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            // It ended by itself.
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    // .NET takes a command line apart by the rules of Windows on every system.
    private static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
}
