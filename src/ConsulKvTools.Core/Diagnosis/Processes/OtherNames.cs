using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>Whether the program looks names up in other files than this process: a container has its own.</summary>
internal static class OtherNames
{
    /// <summary>A warning where its hosts file fixes the agent's name, an information where it asks other name servers; null when neither.</summary>
    public static ConsulFinding? Find(ProcessSnapshot program, DialTarget target)
    {
        var host = target.Endpoint.Host;
        if (!program.Files.HasOtherRoot || target.Endpoint.SocketPath is not null || System.Net.IPAddress.TryParse(host, out _)) return null;
        (string, object?)[] evidence = [("source", program.ToString()), ("host", host)];
        var pinned = Pinned(Lines(program.Files.Map("/etc/hosts")), host);
        if (pinned is not null && pinned != Pinned(Lines("/etc/hosts"), host))
            return ConsulFinding.Create("Host.OtherNames", [.. evidence, ("text", $"its hosts file says {host} is {pinned}")]);
        var theirs = ResolverSettings.Parse(Lines(program.Files.Map("/etc/resolv.conf")));
        var ours = ResolverSettings.Read();
        if (theirs.Servers.SequenceEqual(ours.Servers) && theirs.Search.SequenceEqual(ours.Search)) return null;
        return ConsulFinding.Create("Host.OtherNames", [.. evidence, ("text", $"it asks {Shown(theirs)}, this process {Shown(ours)}")]) with { Severity = FindingSeverity.Info };
    }

    private static string Shown(ResolverSettings settings) => string.Join(", ", settings.Servers.Select(server => server.Address.ToString()))
        + (settings.Search.Count == 0 ? "" : $" (search {string.Join(" ", settings.Search.Select(suffix => Printable.Text(suffix, 80)))})");

    private static string? Pinned(string[] lines, string host) => lines.Select(line => line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        .FirstOrDefault(words => words.Skip(1).Contains(host, StringComparer.OrdinalIgnoreCase))?[0];

    private static string[] Lines(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllLines(file) : [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
