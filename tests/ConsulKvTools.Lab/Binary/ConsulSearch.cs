namespace ConsulKvTools.Lab;

/// <summary>Goes through all the places where a consul executable can come from.</summary>
internal sealed class ConsulSearch
{
    private readonly List<string> _tried = [];

    /// <summary>Reads an environment variable; tests put their own in.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>The ways to fetch it, best first.</summary>
    public IReadOnlyList<IConsulSource> Sources { get; init; } = [];

    public ConsulBinary Find()
    {
        if (Environment("CONSUL_BIN") is { Length: > 0 } given)
        {
            // A variable that points nowhere is a mistake to report, not a reason to look elsewhere.
            return File.Exists(given)
                ? new(Path.GetFullPath(given), "CONSUL_BIN")
                : throw new ConsulNotFoundException([$"CONSUL_BIN={given}: there is no such file"]);
        }
        _tried.Add("CONSUL_BIN: not set");

        if (Tool.Find("consul", Environment("PATH")) is { } onPath) return new(onPath, "PATH");
        _tried.Add("PATH: has no consul");

        var cache = new BinaryCache(Environment);
        if (cache.Find() is { } cached) return cached;
        _tried.Add($"cache {cache.Folder}: empty");

        IReadOnlyList<IConsulSource> sources = Sources.Count > 0
            ? Sources
            : [new DistributionPackage(), new PackageFolder(Environment), new ReleaseArchive()];
        using var held = cache.Lock();
        if (cache.Find() is { } meanwhile) return meanwhile;
        foreach (var source in sources)
        {
            try
            {
                return cache.Add(source);
            }
            catch (Exception e) when (e is SourceUnusableException or IOException or HttpRequestException or TimeoutException
                or UnauthorizedAccessException or InvalidOperationException or System.ComponentModel.Win32Exception or OperationCanceledException)
            {
                _tried.Add($"{source.Name}: {e.Message.ReplaceLineEndings(" ")}");
            }
        }
        throw new ConsulNotFoundException(_tried);
    }
}
