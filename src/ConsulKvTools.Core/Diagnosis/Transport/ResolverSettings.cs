using System.Net;
using System.Net.NetworkInformation;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>Whom the system's resolver asks, and where it looks before.</summary>
/// <param name="Servers">The name servers in the order they are asked.</param>
/// <param name="Search">Suffixes tried with short names.</param>
internal sealed record ResolverSettings(IReadOnlyList<IPEndPoint> Servers, IReadOnlyList<string> Search)
{
    private const string ResolverFile = "/etc/resolv.conf";
    private const int DnsPort = 53;

    /// <summary>The settings of this machine, read now.</summary>
    public static ResolverSettings Read()
    {
        try
        {
            return File.Exists(ResolverFile) ? Parse(File.ReadAllLines(ResolverFile)) : FromInterfaces();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NetworkInformationException)
        {
            return new ResolverSettings([], []);
        }
    }

    /// <summary>The settings in the lines of a resolv.conf (resolv.conf(5)).</summary>
    public static ResolverSettings Parse(IEnumerable<string> lines)
    {
        var servers = new List<IPEndPoint>();
        string[] search = [];
        foreach (var line in lines)
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2) continue;
            if (words[0] == "nameserver" && IPAddress.TryParse(words[1], out var address)) servers.Add(new IPEndPoint(address, DnsPort));
            else if (words[0] is "search" or "domain") search = words.Skip(1).ToArray();
        }
        // Without any, the resolver asks this machine itself.
        if (servers.Count == 0) servers.Add(new IPEndPoint(IPAddress.Loopback, DnsPort));
        return new ResolverSettings(servers, search);
    }

    /// <summary>Whether the hosts file names this host.</summary>
    public static bool IsInHostsFile(string host)
    {
        var file = Path.DirectorySeparatorChar == '\\'
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.System), "drivers", "etc", "hosts")
            : "/etc/hosts";
        try
        {
            return File.Exists(file) && File.ReadLines(file)
                .Select(line => line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
                .Any(words => words.Skip(1).Contains(host, StringComparer.OrdinalIgnoreCase));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ResolverSettings FromInterfaces()
    {
        var up = NetworkInterface.GetAllNetworkInterfaces()
            .Where(one => one.OperationalStatus == OperationalStatus.Up).Select(one => one.GetIPProperties()).ToArray();
        return new ResolverSettings(
            up.SelectMany(one => one.DnsAddresses).Distinct().Select(address => new IPEndPoint(address, DnsPort)).ToArray(),
            up.Select(one => one.DnsSuffix).Where(suffix => suffix.Length > 0).Distinct().ToArray());
    }
}
