using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;
using ConsulKvTools.Tests.Transport;

namespace ConsulKvTools.Tests.Host;

/// <summary>Local ports and open files, used up in a network of their own.</summary>
public sealed class LocalPortTests
{
    [Theory]
    [InlineData("40000 40009", "hold=20", "Host.EphemeralPortsExhausted,Tcp.LocalPortsExhausted", "10 local ports, all of them in use")]
    [InlineData("40000 40019", "close=13", "Host.TimeWaitPileUp", "20 local ports, 13 of them in TIME_WAIT")]
    [InlineData("40000 40099", "hold=20 close=13", "none", "")]
    public void Local_ports(string range, string use, string codes, string how)
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        using var agent = new ScriptedHttpServer(network.HostAddress);
        var address = $"http://{network.HostAddress}:{agent.Port}";
        Assert.Equal(codes, InsideNamespace.Probe(network, $"sysctl -qw net.ipv4.ip_local_port_range='{range}';", $"{address} host=1 {use}")[address].Codes);
        if (how.Length > 0) FaultMatrix.Add(FaultOrigin.Real, how, codes.Split(',')[0], "root cause", TimeSpan.Zero);
    }

    [Fact]
    public void Open_files()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace();
        using var agent = new ScriptedHttpServer(network.HostAddress);
        var address = $"http://{network.HostAddress}:{agent.Port}";
        // A first round loads what the second could not open any more.
        Assert.Equal("Host.OpenFilesExhausted,Tcp.TooManyOpenSockets", InsideNamespace.Probe(network, "ulimit -n 1024;", $"{address}/ host=1", $"{address} host=1 hold=5000")[address].Codes);
    }
}
