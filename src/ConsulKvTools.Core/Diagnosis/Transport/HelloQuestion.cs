using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>Asks a port with ClientHellos made by hand.</summary>
internal static class HelloQuestion
{
    private static readonly int[] Versions = [TlsVersion.Tls10, TlsVersion.Tls11, TlsVersion.Tls12, TlsVersion.Tls13];

    /// <summary>Sends one hello; null when no connection could be opened.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="hello">What to send; see <see cref="ClientHello"/>.</param>
    /// <param name="patience">How long to wait for the answer.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<HelloAnswer?> AskAsync(DialTarget target, byte[] hello, TimeSpan patience, CancellationToken cancellation)
    {
        var raw = await RawQuestion.AskAsync(target, hello, patience, IsDecided, cancellation).ConfigureAwait(false);
        return raw is null ? null : new HelloAnswer(Read(raw.Bytes), raw);
    }

    /// <summary>The versions the server agrees to, ascending.</summary>
    public static async Task<IReadOnlyList<int>> VersionsAsync(DialTarget target, string? serverName, TimeSpan patience, CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(Versions.Select(version => AskAsync(target, ClientHello.Create(version, serverName), patience, cancellation)))
            .ConfigureAwait(false);
        return answers.Select(answer => answer?.Tap.Version).Where(version => version is not null).Select(version => version!.Value).Distinct()
            .OrderBy(version => version).ToArray();
    }

    /// <summary>The name to put into a hello: none for an address.</summary>
    public static string? ServerNameOf(DialTarget target)
    {
        var name = (target.Tls.ServerName ?? target.Endpoint.Host).TrimEnd('.');
        return name.Length == 0 || System.Net.IPAddress.TryParse(name, out _) || name.Any(letter => letter > 127) ? null : name;
    }

    private static bool IsDecided(byte[] bytes)
    {
        var tap = Read(bytes);
        return tap.IsNotTls ? bytes.Length >= 9 : tap.Version is not null || tap.AlertReceived is not null;
    }

    private static TlsTap Read(byte[] bytes)
    {
        var tap = new TlsTap();
        tap.OnReceived(bytes);
        return tap;
    }
}
