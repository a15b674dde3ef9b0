using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Lab;

/// <summary>A consul executable and where it came from.</summary>
public sealed partial class ConsulBinary
{
    private static readonly Lazy<ConsulBinary> Located = new(() => new ConsulSearch().Find());
    private static readonly ConcurrentDictionary<string, Version> Versions = new();

    /// <summary>Names an executable.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="source">Where it came from, in words.</param>
    public ConsulBinary(string path, string source)
    {
        Path = path;
        Source = source;
    }

    /// <summary>The executable's full path.</summary>
    public string Path { get; }

    /// <summary>Where it came from: the variable, the PATH, the cache, the distribution's package, …</summary>
    public string Source { get; }

    /// <summary>What <c>consul version</c> says.</summary>
    /// <exception cref="InvalidOperationException">The file is no consul executable for this machine.</exception>
    public Version Version => Versions.GetOrAdd(Path, Ask);

    /// <summary>
    /// Finds the executable, once a process: in the variable CONSUL_BIN, on the PATH, in the user's cache; otherwise fetches it into that
    /// cache from Debian's own package, from a folder with packages (CONSULKVTOOLS_PACKAGES) or from HashiCorp's release archive.
    /// </summary>
    /// <exception cref="ConsulNotFoundException">None of that worked; the message lists all that was tried.</exception>
    public static ConsulBinary Locate() => Located.Value;

    /// <summary>As <see cref="Locate"/>.</summary>
    public static Task<ConsulBinary> LocateAsync() => Task.Run(Locate);

    /// <summary>Path and source.</summary>
    public override string ToString() => $"{Path} ({Source})";

    private static Version Ask(string path)
    {
        try
        {
            var answer = Tool.Run(path, ["version"], TimeSpan.FromSeconds(30));
            if (answer.ExitCode == 0 && VersionText().Match(answer.Output) is { Success: true } match) return Version.Parse(match.Groups[1].Value);
            throw new InvalidOperationException($"{path} version: {answer}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"{path} cannot be run on this machine: {e.Message}", e);
        }
    }

    [GeneratedRegex(@"Consul v(\d+\.\d+\.\d+)")]
    private static partial Regex VersionText();
}
