using System.Net;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Name and Tcp probes against what this machine can show without privileges.</summary>
public sealed class NameAndConnectProbeTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Healthy(string host)
    {
        await using var server = new RawServer((_, _) => Task.Delay(300));
        var diagnosis = await Probing.RunAsync(Probing.Options("http", server.Port, host: host));
        diagnosis.AssertHealthy();
        Assert.Equal($"127.0.0.1:{server.Port}", diagnosis.Facts["ConnectedAddress"]);
        Assert.Contains("127.0.0.1", Assert.IsType<string[]>(diagnosis.Facts["Addresses"]));
    }

    [Fact]
    public async Task Healthy_over_IPv6()
    {
        await using var server = new RawServer((_, _) => Task.Delay(300), IPAddress.IPv6Loopback);
        (await Probing.RunAsync(Probing.Options("http", server.Port, host: "[::1]"))).AssertHealthy();
    }

    [Fact]
    public async Task Nobody_listens() => await Probing.NamesAsync("Tcp.Refused", Probing.Options("http", OpenSslServer.FreePort()));

    [Fact]
    public async Task Listens_on_the_other_family_only()
    {
        await using var server = new RawServer((_, _) => Task.Delay(300));
        var diagnosis = await Probing.RunAsync(Probing.Options("http", server.Port, host: "[::1]"));
        Assert.Equal("Dns.AddressFamilyMismatch", diagnosis.RootCause!.Code);
        Assert.Contains("Tcp.Refused", diagnosis.Codes());
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, diagnosis);
    }

    [Theory]
    [InlineData("300.1.1.1", "Dns.MalformedAddress")]
    [InlineData("bad..name", "Dns.InvalidName")]
    public async Task Name_that_cannot_be_asked_for(string host, string code)
    {
        var options = Probing.Options("http", 8500, host: host);
        // The session may refuse such an address before any probe; then there is nothing left to prove here.
        var diagnosis = await Probing.RunAsync(options);
        Assert.Contains(diagnosis.RootCause!.Code, new[] { code, "Config.AddrInvalid" });
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, diagnosis);
    }

    [Fact]
    public async Task Unix_socket_that_is_not_there() => await Probing.NamesAsync("Config.UnixSocketMissing", new ConsulSessionOptions { Address = "unix:///tmp/no-such-agent.sock" });
}
