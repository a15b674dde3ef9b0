using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ConsulKvTools.Lab;

public sealed class ScriptedHttpServerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_in_turn_and_records_what_was_sent()
    {
        await using var server = new ScriptedHttpServer();
        server.On("PUT", "/v1/kv/", ScriptedResponse.Text("No cluster leader", 500), ScriptedResponse.Json("true"));
        using var client = Client(server);
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.PutAsync("/v1/kv/a%2Fb?cas=0", new StringContent("value"), Stop)).StatusCode);
        Assert.Equal("true", await (await client.PutAsync("/v1/kv/a", new StringContent("value"), Stop)).Content.ReadAsStringAsync(Stop));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/", Stop)).StatusCode);

        var first = server.Requests[0];
        Assert.Equal(("PUT", "/v1/kv/a%2Fb?cas=0", "value"), (first.Method, first.Target, first.Text));
        Assert.Equal(1, server.ConnectionCount);
    }

    [Fact]
    public async Task Breaks_the_rules_as_told()
    {
        await using var server = new ScriptedHttpServer();
        server.On("GET", "/short", ScriptedResponse.Truncated("[1,2,3]", 3))
            .On("GET", "/gone", ScriptedResponse.Close)
            .On("GET", "/reset", ScriptedResponse.Reset)
            .On("GET", "/slow", ScriptedResponse.Json("1").After(TimeSpan.FromSeconds(30)))
            .On("GET", "/endless", ScriptedResponse.Endless());
        using var client = Client(server);
        client.Timeout = TimeSpan.FromMilliseconds(500);
        Assert.Equal(HttpRequestError.ResponseEnded, await ErrorOf("/short"));
        Assert.Equal(HttpRequestError.ResponseEnded, await ErrorOf("/gone"));
        var reset = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/reset", Stop));
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(reset.GetBaseException()).SocketErrorCode);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetAsync("/slow", Stop));
        await Assert.ThrowsAnyAsync<Exception>(() => client.GetStringAsync("/endless", Stop));

        async Task<HttpRequestError> ErrorOf(string path)
        {
            var error = await Assert.ThrowsAnyAsync<Exception>(() => client.GetStringAsync(path, Stop));
            return error is HttpRequestException http ? http.HttpRequestError : Assert.IsType<HttpIOException>(error).HttpRequestError;
        }
    }

    [Fact]
    public async Task Speaks_first_when_told()
    {
        await using var server = new ScriptedHttpServer { OnConnect = ScriptedResponse.Raw("SSH-2.0-OpenSSH_9.2\r\n") };
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port, Stop);
        var buffer = new byte[64];
        var read = await client.GetStream().ReadAsync(buffer, Stop);
        Assert.StartsWith("SSH-2.0", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serves_https()
    {
        using var certificates = new CertificateLab();
        var intermediate = certificates.Authority().Intermediate("Lab Intermediate");
        await using var server = new ScriptedHttpServer(intermediate.Issue("127.0.0.1"));
        server.On("*", "/", ScriptedResponse.Json("\"ok\""));
        var sent = new List<string>();
        using var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = Look },
        };
        using var client = new HttpClient(handler);
        Assert.Equal("\"ok\"", await client.GetStringAsync(server.Address, Stop));
        Assert.Contains(intermediate.Certificate.Thumbprint, sent);

        bool Look(object _, object? __, X509Chain? chain, SslPolicyErrors ___)
        {
            sent.AddRange(chain!.ChainPolicy.ExtraStore.Select(c => c.Thumbprint));
            return true;
        }
    }

    private static HttpClient Client(ScriptedHttpServer server) => new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Address };
}
