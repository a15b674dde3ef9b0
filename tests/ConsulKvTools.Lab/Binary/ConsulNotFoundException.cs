namespace ConsulKvTools.Lab;

/// <summary>There is no consul executable, and none could be fetched.</summary>
public sealed class ConsulNotFoundException : Exception
{
    internal ConsulNotFoundException(IReadOnlyList<string> tried)
        : base("No consul executable was found. Tried:\n" + string.Concat(tried.Select(t => $"  - {t}\n"))
            + "Install Consul (any version from 1.8 on) so that it is on the PATH, or set CONSUL_BIN to the executable, or put its .deb and a "
            + "SHA256SUMS file into a folder and set CONSULKVTOOLS_PACKAGES to that folder.") => Tried = tried;

    /// <summary>Each place that was tried, with the reason why it did not help.</summary>
    public IReadOnlyList<string> Tried { get; }
}
