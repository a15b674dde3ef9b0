using System.Globalization;
using System.Net;

namespace ConsulKvTools.Lab;

/// <summary>
/// A network of its own for one process (Linux, root, iproute2): its own loopback, routes and resolver, and a cable to this machine, so that
/// unreachable, forbidden and black-holed addresses can be tried without touching the machine's network.
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    private const string NameFile = "netns";
    private const string Nobody = "169.254.7.7";
    private const string FilterTable = "lab";
    private static int s_number;
    private readonly LabDirectory _directory = LabDirectory.Create("netns");
    private readonly string _cable;

    /// <summary>Makes the namespace, with loopback up and a cable between <see cref="HostAddress"/> and <see cref="OwnAddress"/>.</summary>
    /// <exception cref="PlatformNotSupportedException">It cannot be made here; the message is <see cref="WhyNot"/>.</exception>
    public NetworkNamespace()
    {
        if (WhyNot is { } reason) throw new PlatformNotSupportedException(reason);
        var id = Path.GetFileName(_directory.Path).Split('-')[^1][..8];
        Name = $"kvlab-{id}";
        _cable = $"kv{id}";
        // Any /30 below 10.213: the process id spreads test processes, the counter the namespaces within one.
        var block = (Environment.ProcessId * 16 + Interlocked.Increment(ref s_number)) % 16384;
        HostAddress = new([10, 213, (byte)(block >> 6), (byte)((block & 63) * 4 + 1)]);
        OwnAddress = new([10, 213, (byte)(block >> 6), (byte)((block & 63) * 4 + 2)]);
        File.WriteAllText(_directory.PathOf(NameFile), Name);
        try
        {
            Ip("netns", "add", Name);
            Inside("link", "set", "lo", "up");
            Ip("link", "add", _cable, "type", "veth", "peer", "name", "eth0", "netns", Name);
            Ip("addr", "add", $"{HostAddress}/30", "dev", _cable);
            Ip("link", "set", _cable, "up");
            Inside("addr", "add", $"{OwnAddress}/30", "dev", "eth0");
            Inside("link", "set", "eth0", "up");
            // A gateway with a hardware address that nobody has: frames for it are sent and lost.
            Inside("neigh", "add", Nobody, "lladdr", "02:00:00:00:00:01", "dev", "eth0", "nud", "permanent");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why a namespace cannot be made on this machine, for a test to skip with; null when it can.</summary>
    public static string? WhyNot { get; } = FindWhyNot();

    /// <summary>The namespace's name.</summary>
    public string Name { get; }

    /// <summary>This machine's end of the cable: a server for the process inside listens here.</summary>
    public IPAddress HostAddress { get; }

    /// <summary>The inner end of the cable.</summary>
    public IPAddress OwnAddress { get; }

    /// <summary>The words to put before a command so that it runs inside.</summary>
    public IReadOnlyList<string> CommandPrefix => ["ip", "netns", "exec", Name];

    /// <summary>Gives the processes inside a resolver of their own.</summary>
    /// <param name="lines">Lines of resolv.conf: <c>nameserver 10.0.0.1</c>, <c>options timeout:1 attempts:1</c>, <c>search …</c>.</param>
    public NetworkNamespace Resolver(params string[] lines)
    {
        var folder = Directory.CreateDirectory(Path.Combine("/etc/netns", Name)).FullName;
        File.WriteAllLines(Path.Combine(folder, "resolv.conf"), lines);
        return this;
    }

    /// <summary>Adds a route inside.</summary>
    /// <param name="kind">
    /// <c>unreachable</c> (EHOSTUNREACH at once), <c>prohibit</c> (EACCES), <c>blackhole</c> (EINVAL), <c>drop</c> (packets vanish, connecting
    /// times out), <c>neighbour</c> (said to be on the cable but nobody answers ARP: EHOSTUNREACH after three seconds), or <c>host</c> (over the
    /// cable to this machine).
    /// </param>
    /// <param name="network">The addresses: <c>198.51.100.0/26</c>.</param>
    public NetworkNamespace Route(string kind, string network)
    {
        switch (kind)
        {
            case "drop":
                Inside("route", "add", network, "via", Nobody, "dev", "eth0", "onlink");
                break;
            case "neighbour":
                Inside("route", "add", network, "dev", "eth0");
                break;
            case "host":
                Inside("route", "add", network, "via", HostAddress.ToString());
                break;
            default:
                Inside("route", "add", kind, network);
                break;
        }
        return this;
    }

    /// <summary>Changes the inner link, for example <c>mtu</c>, <c>600</c>.</summary>
    public NetworkNamespace Link(params string[] settings)
    {
        Inside(["link", "set", "eth0", .. settings]);
        return this;
    }

    /// <summary>Why nothing can be cut inside a namespace, for a test to skip with; null when it can.</summary>
    public static string? WhyNoCut => WhyNot ?? (Tool.Find("nft") is null ? "nftables (nft) is not installed" : null);

    /// <summary>Loses every packet between two of the inside's own loopback addresses, as a pulled cable or a firewall that drops would.</summary>
    /// <param name="one">An address: <c>127.0.0.1</c>.</param>
    /// <param name="other">The other one.</param>
    /// <param name="port">Only what goes to this port, of either; null cuts all.</param>
    /// <param name="protocol">With a port: <c>tcp</c>, <c>udp</c>, or null for both.</param>
    public NetworkNamespace Cut(string one, string other, int? port = null, string? protocol = null)
    {
        Nft("add", "table", "ip", FilterTable);
        Nft("add", "chain", "ip", FilterTable, "in", "{ type filter hook input priority 0; }");
        foreach (var (from, to) in new[] { (one, other), (other, one) })
        {
            string[] only = port is { } number ? ["meta", "l4proto", protocol ?? "{ tcp, udp }", "th", "dport", number.ToString(CultureInfo.InvariantCulture)] : [];
            Nft(["add", "rule", "ip", FilterTable, "in", "ip", "saddr", from, "ip", "daddr", to, .. only, "drop"]);
        }
        return this;
    }

    /// <summary>Lets everything through again.</summary>
    public NetworkNamespace Mend()
    {
        Nft("delete", "table", "ip", FilterTable);
        return this;
    }

    /// <summary>Changes this machine's end of the cable, for example <c>gso_max_segs</c>, <c>1</c>: every segment then crosses it as a packet of its own.</summary>
    public NetworkNamespace OuterLink(params string[] settings)
    {
        Ip(["link", "set", _cable, .. settings]);
        return this;
    }

    /// <summary>Runs a program inside to its end.</summary>
    /// <returns>The exit code, and output and errors as printed.</returns>
    public (int ExitCode, string Output, string Error) Run(TimeSpan timeout, params string[] command)
    {
        var result = Tool.Run("ip", ["netns", "exec", Name, .. command], timeout);
        return (result.ExitCode, result.Output, result.Error);
    }

    /// <summary>Removes the namespace; processes inside keep running, without the cable.</summary>
    public void Dispose()
    {
        Remove(_directory.Path);
        _directory.Dispose();
    }

    /// <summary>Removes the namespace that a lab directory speaks of, if any.</summary>
    internal static void Remove(string directory)
    {
        var file = Path.Combine(directory, NameFile);
        if (!File.Exists(file)) return;
        var name = File.ReadAllText(file);
        // The cable goes with its inner end.
        Tool.Run("ip", ["netns", "delete", name], TimeSpan.FromSeconds(10));
        LabDirectory.Delete(Path.Combine("/etc/netns", name));
    }

    private static string? FindWhyNot()
    {
        if (!OperatingSystem.IsLinux()) return "network namespaces exist on Linux only";
        if (Environment.UserName != "root") return "making a network namespace needs root";
        if (Tool.Find("ip") is null) return "iproute2 (ip) is not installed";
        var name = $"kvlab-probe-{Environment.ProcessId}";
        var probe = Tool.Run("ip", ["netns", "add", name], TimeSpan.FromSeconds(10));
        if (probe.ExitCode != 0) return $"ip netns add: {probe.Error.Trim()}";
        var cable = Tool.Run("ip", ["-n", name, "link", "add", "kvprobe", "type", "veth"], TimeSpan.FromSeconds(10));
        Tool.Run("ip", ["netns", "delete", name], TimeSpan.FromSeconds(10));
        return cable.ExitCode == 0 ? null : $"ip link add type veth: {cable.Error.Trim()}";
    }

    private void Inside(params string[] arguments) => Ip(["-n", Name, .. arguments]);

    private void Nft(params string[] arguments) => Ip(["netns", "exec", Name, "nft", .. arguments]);

    private static void Ip(params string[] arguments)
    {
        var result = Tool.Run("ip", arguments, TimeSpan.FromSeconds(10));
        if (result.ExitCode != 0) throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {result}");
    }
}
