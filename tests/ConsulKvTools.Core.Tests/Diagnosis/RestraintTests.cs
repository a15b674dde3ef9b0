using System.Net;
using System.Net.Sockets;
using System.Text;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Transport;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>What a diagnosis never does, whatever it meets: show the token to a stranger, knock at other doors.</summary>
public sealed class RestraintTests : IDisposable
{
    private static readonly int[] ConsulPorts = [8300, 8301, 8302, 8500, 8501, 8502, 8503, 8600];

    private readonly CertificateLab certificates = new();
    private readonly string token = Guid.NewGuid().ToString();

    public static TheoryData<string, string> Strangers => new()
    {
        { "http", "ssh" }, { "https", "ssh" }, { "http", "silence" }, { "https", "silence" }, { "http", "close" }, { "https", "close" }, { "http", "reset" }, { "https", "reset" },
        { "http", "http2" }, { "https", "http2" }, { "https", "plain" }, { "http", "tls" }, { "https", "tls" }, { "https", "alert" }, { "http", "dns" },
    };

    public void Dispose() => certificates.Dispose();

    [Theory, MemberData(nameof(Strangers))]
    public async Task No_stranger_sees_the_token(string scheme, string who)
    {
        var heard = new MemoryStream();
        using var context = new SslServer(certificates.SelfSigned("127.0.0.1"));
        await using var server = new RawServer(async (stream, socket) =>
        {
            if (who == "ssh") await stream.WriteAsync("SSH-2.0-OpenSSH_9.2p1\r\n"u8.ToArray());
            if (who == "close") return;
            if (who == "tls")
            {
                var tls = await context.AcceptAsync(stream);
                await ListenAsync(tls, heard);
                return;
            }
            await ListenOnceAsync(stream, heard);
            switch (who)
            {
                case "reset": RawServer.Reset(socket); return;
                case "http2": await stream.WriteAsync(new byte[] { 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100 }); break;
                case "plain": await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray()); break;
                case "alert": await stream.WriteAsync(new byte[] { 21, 3, 3, 0, 2, 2, 48 }); break;
            }
            await ListenAsync(stream, heard);
        });

        var diagnosis = await Diagnose.RunAsync(new ConsulSessionOptions
        {
            Address = $"{scheme}://127.0.0.1:{server.Port}", Token = new ConsulSecret(token), CACertificate = certificates.Authority().CertificateFile, ConnectTimeout = TimeSpan.FromSeconds(1),
        }, new DiagnosisRequest { Key = "app/x", Value = new byte[10], Timeout = TimeSpan.FromSeconds(8) });

        Assert.NotEqual(DiagnosisVerdict.Healthy, diagnosis.Verdict);
        Assert.DoesNotContain(token, Encoding.Latin1.GetString(All(heard)), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("X-Consul-Token", Encoding.Latin1.GetString(All(heard)), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(token, Diagnose.Text(diagnosis), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_refuses_never_sees_the_token()
    {
        using var proxy = new HttpProxyServer { Answer = HttpProxyServer.Forbidden };
        foreach (var address in new[] { "http://consul.example:8500", "https://consul.example:8501" })
            Diagnose.Names("Proxy.Forbidden", await Diagnose.RunAsync(new ConsulSessionOptions { Address = address, Proxy = proxy.Address, Token = new ConsulSecret(token) }));
        Assert.NotEmpty(proxy.Requests);
        Assert.All(proxy.Requests, request => Assert.Null(request.Header("X-Consul-Token")));
    }

    [Theory]
    [InlineData(8500, "http", "refused")]
    [InlineData(8501, "https", "refused")]
    [InlineData(8500, "https", "plain")]
    [InlineData(8501, "http", "close")]
    [InlineData(8502, "http", "http2")]
    [InlineData(8600, "http", "silence")]
    [InlineData(8300, "https", "reset")]
    public async Task Only_the_named_port_is_asked(int port, string scheme, string who)
    {
        // An address of loopback that nobody else uses, with a counter at every port of Consul.
        var address = IPAddress.Parse($"127.{77 + Environment.ProcessId % 100}.{Environment.ProcessId / 100 % 250}.{port % 250 + 1}");
        var touched = new System.Collections.Concurrent.ConcurrentBag<int>();
        var servers = new List<RawServer>();
        try
        {
            foreach (var one in ConsulPorts.Where(one => one != port || who != "refused"))
                servers.Add(new RawServer(
                    async (stream, socket) =>
                    {
                        touched.Add(one);
                        if (one != port || who == "close") return;
                        await RawServer.HearAsync(stream);
                        if (who == "reset") RawServer.Reset(socket);
                        else if (who == "plain") await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                        else if (who == "http2") await stream.WriteAsync(new byte[] { 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100 });
                        else await Task.Delay(3000);
                    },
                    address, one));
        }
        catch (SocketException taken)
        {
            Assert.Skip($"Somebody listens on a port of Consul on every address of this machine: {taken.SocketErrorCode}.");
        }
        var diagnosis = await Diagnose.RunAsync(new ConsulSessionOptions { Address = $"{scheme}://{address}:{port}", ConnectTimeout = TimeSpan.FromSeconds(1) },
            new DiagnosisRequest { Key = "app/x", Timeout = TimeSpan.FromSeconds(6) });
        foreach (var server in servers) await server.DisposeAsync();

        Assert.Equal(DiagnosisVerdict.Faulty, diagnosis.Verdict);
        Assert.DoesNotContain(touched, one => one != port);
    }

    [Fact]
    public async Task A_server_that_speaks_http2_only_is_told_from_grpc()
    {
        await using var server = new RawServer(async (stream, _) =>
        {
            await RawServer.HearAsync(stream);
            await stream.WriteAsync(new byte[] { 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100 });
            await Task.Delay(300);
        });
        Diagnose.Names("Http.ProtocolMismatch", Faults.FaultOrigin.Real, Faults.TestWords.Here, await Diagnose.RunAsync(new Uri($"http://127.0.0.1:{server.Port}")));
    }

    private static byte[] All(MemoryStream heard)
    {
        lock (heard) return heard.ToArray();
    }

    private static async Task ListenOnceAsync(Stream stream, MemoryStream heard)
    {
        var buffer = new byte[64 * 1024];
        var count = await stream.ReadAsync(buffer);
        lock (heard) heard.Write(buffer, 0, count);
    }

    private static async Task ListenAsync(Stream stream, MemoryStream heard)
    {
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer) is > 0 and var count)
            lock (heard) heard.Write(buffer, 0, count);
    }
}
