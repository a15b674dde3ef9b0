using System.Net.Sockets;
using ConsulKvTools.Http;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Transport;

/// <summary>What stops a connection before anything is said on it.</summary>
public sealed class TcpFailureTests
{
    [Fact]
    public async Task Nobody_listens()
    {
        var failure = await Targets.Plain(OpenSslServer.FreePort()).FailureAsync();
        Assert.Equal("Tcp.Refused", failure.Code);
        Assert.Equal(DialPhase.Connect, failure.Phase);
        Assert.False(failure.RequestMayHaveArrived);
        Assert.Equal("127.0.0.1", failure.ToFinding().Evidence["ip"]);
    }

    [Fact]
    public async Task Nobody_listens_on_any_address_of_a_name()
    {
        var failure = await Targets.Plain(OpenSslServer.FreePort(), "localhost").FailureAsync();
        Assert.Equal("Tcp.Refused", failure.Code);
    }

    [Fact]
    public async Task Queue_of_a_listener_that_accepts_nobody_is_full()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen(0);
        var filling = Enumerable.Range(0, 4).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToArray();
        foreach (var socket in filling) _ = socket.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken).AsTask();
        await Task.Delay(100, TestContext.Current.CancellationToken);
        var failure = await Targets.Plain(((System.Net.IPEndPoint)listener.LocalEndPoint!).Port).Within(0.5).FailureAsync();
        Assert.Equal("Tcp.Timeout", failure.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, failure.Code, "connection fails", TimeSpan.FromSeconds(0.5));
        foreach (var socket in filling) socket.Dispose();
    }

    [Theory]
    [InlineData("300.1.1.1", "Dns.MalformedAddress")]
    [InlineData("10.0.0", null)]
    [InlineData("1.2.3.4.5", "Dns.MalformedAddress")]
    [InlineData("::zz", "Dns.MalformedAddress")]
    [InlineData("bad..name", "Dns.InvalidName")]
    [InlineData("with space", "Dns.InvalidName")]
    [InlineData("", "Dns.InvalidName")]
    [InlineData("0.0.0.0", "Config.AddrWildcard")]
    [InlineData("::", "Config.AddrWildcard")]
    [InlineData("consul.service.consul", null)]
    [InlineData("with_underscore.example.", null)]
    [InlineData("büro.example", null)]
    public void Name_that_cannot_be_asked_for(string host, string? code) => Assert.Equal(code, NameFailure.CodeOfName(host));

    [Fact]
    public async Task Label_that_is_too_long()
    {
        await Targets.Plain(8500, new string('a', 64) + ".example").FailsWithAsync("Dns.InvalidName");
    }

    [Theory]
    [InlineData(SocketError.HostUnreachable, AddressFamily.InterNetwork, "Tcp.HostUnreachable")]
    [InlineData(SocketError.NetworkUnreachable, AddressFamily.InterNetwork, "Tcp.NetworkUnreachable")]
    [InlineData(SocketError.AccessDenied, AddressFamily.InterNetwork, "Tcp.AccessDenied")]
    [InlineData(SocketError.AddressNotAvailable, AddressFamily.InterNetworkV6, "Tcp.AddressFamilyUnavailable")]
    [InlineData(SocketError.AddressNotAvailable, AddressFamily.InterNetwork, "Tcp.LocalPortsExhausted")]
    [InlineData(SocketError.InvalidArgument, AddressFamily.InterNetwork, "Tcp.NetworkUnreachable")]
    [InlineData(SocketError.ProtocolOption, AddressFamily.InterNetwork, "Tcp.HostUnreachable")]
    [InlineData(SocketError.TooManyOpenSockets, AddressFamily.InterNetwork, "Tcp.TooManyOpenSockets")]
    public void Error_numbers(SocketError error, AddressFamily family, string code) => Assert.Equal(code, TcpFailure.CodeOf(error, family));

    [Fact]
    public async Task Unix_socket_that_is_not_there() =>
        await Targets.Unix(Path.Combine(Path.GetTempPath(), "no-such.sock")).FailsWithAsync("Config.UnixSocketMissing");

    [Theory]
    [InlineData("folder")]
    [InlineData("file")]
    public async Task Unix_socket_that_is_something_else(string what)
    {
        var folder = Directory.CreateTempSubdirectory("consulkv-").FullName;
        var file = Path.Combine(folder, "notes.txt");
        File.WriteAllText(file, "of value to somebody");
        var failure = await Targets.Unix(what == "folder" ? folder : file).FailsWithAsync("Config.UnixSocketNoSocket");
        Assert.DoesNotContain("remove the file", failure.ToFinding().Remedy, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Unix_socket_whose_agent_is_gone()
    {
        var path = Path.Combine(Path.GetTempPath(), $"stale-{Guid.NewGuid():N}.sock");
        // .NET removes its socket files; what a killed agent leaves behind refuses just as any other file does.
        File.WriteAllText(path, "");
        await Targets.Unix(path).FailsWithAsync("Config.UnixSocketStale");
        File.Delete(path);
    }
}
