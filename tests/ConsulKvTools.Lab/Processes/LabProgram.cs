namespace ConsulKvTools.Lab;

/// <summary>A small program of somebody else's: a bash script with just the variables it is given, which holds what it opened until it is disposed of.</summary>
public sealed class LabProgram : IDisposable
{
    private readonly LabDirectory _directory = LabDirectory.Create("program");
    private readonly LabProcess _process;

    /// <summary>Starts the script and waits until it has done its part.</summary>
    /// <param name="script">What it does; afterwards it says so and waits.</param>
    /// <param name="environment">All its variables besides PATH.</param>
    /// <param name="prefix">Words to put before bash, for example those of a <see cref="NetworkNamespace"/>.</param>
    /// <param name="waits">False for a script that never comes to its end by itself.</param>
    /// <exception cref="TimeoutException">It did not get so far within ten seconds.</exception>
    public LabProgram(string script, IReadOnlyDictionary<string, string>? environment = null, IReadOnlyList<string>? prefix = null, bool waits = true)
    {
        var variables = (environment ?? new Dictionary<string, string>()).Select(pair => $"{pair.Key}={pair.Value}");
        // The last command keeps its standard input open, so that it ends with this process.
        _process = LabProcess.Start(_directory,
            [.. prefix ?? [], "env", "-i", $"PATH={Environment.GetEnvironmentVariable("PATH")}", .. variables, "bash", "-c", $"{script}\necho ready\nread -r _"], LogFile);
        try
        {
            for (var waited = 0; waits && !Output.Contains("ready", StringComparison.Ordinal); waited += 20)
            {
                if (waited > 10_000 || _process.HasExited) throw new TimeoutException($"The program did not get ready. {Output}");
                Thread.Sleep(20);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why there is no such program on this machine; null when there is.</summary>
    public static string? WhyNot { get; } = !OperatingSystem.IsLinux() ? "the processes of others can be read on Linux only" : Tool.Find("bash") is null ? "bash is not installed" : null;

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Its working folder.</summary>
    public string Folder => _directory.Path;

    /// <summary>What it has printed so far.</summary>
    public string Output
    {
        get
        {
            using var reader = new StreamReader(new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadToEnd();
        }
    }

    private string LogFile => _directory.PathOf("output");

    /// <summary>Stops it as SIGSTOP does, until it is disposed of.</summary>
    public void Freeze() => Signal.Stop(Id);

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Dispose();
        _directory.Dispose();
    }
}
