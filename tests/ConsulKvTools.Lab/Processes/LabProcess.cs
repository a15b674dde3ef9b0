using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace ConsulKvTools.Lab;

/// <summary>A child process that does not outlive its parent, with its output in a file.</summary>
internal sealed class LabProcess : IDisposable
{
    private static readonly BlockingCollection<Action> Launches = StartLauncher();
    private static readonly string? SetPriv = OperatingSystem.IsLinux() ? Tool.Find("setpriv") : null;

    private readonly Process _process;
    private readonly StreamWriter _log;

    private LabProcess(Process process, StreamWriter log)
    {
        _process = process;
        _log = log;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program.</summary>
    /// <param name="directory">The lab directory that remembers the process for the sweep.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="logFile">Where output and errors are appended.</param>
    /// <param name="environment">Variables to set; a null value removes one.</param>
    public static LabProcess Start(
        LabDirectory directory, IReadOnlyList<string> command, string logFile, IReadOnlyDictionary<string, string?>? environment = null)
    {
        // PDEATHSIG ends the child even when the parent is killed with -9; the sweep covers systems without setpriv.
        string[] whole = SetPriv is null ? [.. command] : [SetPriv, "--pdeathsig", "KILL", "--", .. command];
        var start = new ProcessStartInfo(whole[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = directory.Path,
        };
        foreach (var argument in whole.AsSpan(1)) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        }

        var log = new StreamWriter(new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), new UTF8Encoding(false))
        {
            AutoFlush = true,
        };
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, e) => Append(log, e.Data);
        process.ErrorDataReceived += (_, e) => Append(log, e.Data);

        // The kernel ties PDEATHSIG to the thread that forked, and pool threads come and go.
        var launched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Launches.Add(() =>
        {
            try
            {
                process.Start();
                launched.SetResult();
            }
            catch (Exception e)
            {
                launched.SetException(e);
            }
        });
        try
        {
            launched.Task.GetAwaiter().GetResult();
        }
        catch
        {
            log.Dispose();
            process.Dispose();
            throw;
        }
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (ProcessIdentity.Of(process.Id) is { } child) directory.Record(child);
        return new(process, log);
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken = default) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>SIGKILL: nothing is flushed, nothing is said to anybody.</summary>
    public void Kill()
    {
        if (_process.HasExited) return;
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended between the question and the signal.
        }
        _process.WaitForExit(5000);
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
        lock (_log) _log.Dispose();
    }

    private static void Append(StreamWriter log, string? line)
    {
        if (line is null) return;
        lock (log)
        {
            try
            {
                log.WriteLine(line);
            }
            catch (ObjectDisposedException)
            {
                // The last lines of a process that is being disposed of.
            }
        }
    }

    private static BlockingCollection<Action> StartLauncher()
    {
        var launches = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var launch in launches.GetConsumingEnumerable()) launch();
        })
        { IsBackground = true, Name = "ConsulKvTools.Lab launcher" }.Start();
        return launches;
    }
}
