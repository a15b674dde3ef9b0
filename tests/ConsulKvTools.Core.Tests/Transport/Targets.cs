using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Http;
using ConsulKvTools.Lab;
using ConsulKvTools.Sessions;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Targets and dials as the tests of this folder want them.</summary>
internal static class Targets
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static DialTarget Plain(int port, string host = "127.0.0.1", TimeSpan? timeout = null) =>
        new(new ConsulEndpoint { Host = host, Port = port, UseTls = false }, new TlsSettings(), null, timeout ?? Patience);

    public static DialTarget Unix(string path) =>
        new(new ConsulEndpoint { Host = "", Port = 0, UseTls = false, SocketPath = path }, new TlsSettings(), null, Patience);

    public static DialTarget Tls(int port, params IssuedCertificate[] trusted) =>
        new(new ConsulEndpoint { Host = "127.0.0.1", Port = port, UseTls = true }, Trusting(trusted), null, Patience);

    public static TlsSettings Trusting(params IssuedCertificate[] trusted) => new()
    {
        TrustedCertificates = [.. trusted.Select(one => X509CertificateLoader.LoadCertificate(one.Certificate.RawData))],
        TrustSource = "ca.pem",
    };

    public static DialTarget WithClient(this DialTarget target, IssuedCertificate client) => target with
    {
        Tls = target.Tls with { ClientCertificate = client.Certificate, ClientCertificateChain = client.SentChain },
    };

    public static DialTarget Named(this DialTarget target, string name) => target with { Endpoint = target.Endpoint with { Host = name } };

    public static DialTarget Within(this DialTarget target, double seconds) => target with { ConnectTimeout = TimeSpan.FromSeconds(seconds) };

    public static DialTarget Through(this DialTarget target, int port, string scheme = "http") =>
        target with { Proxy = new ProxySettings(new Uri($"{scheme}://127.0.0.1:{port}"), null, "-Proxy") };

    public static async Task<DialedConnection> DialAsync(this DialTarget target) => await Dialer.DialAsync(target, TestContext.Current.CancellationToken);

    /// <summary>The code a dial fails with; fails the test when it succeeds.</summary>
    public static async Task<string> FailingCodeAsync(this DialTarget target) => (await target.FailureAsync()).Code;

    /// <summary>The dial fails with this code; the fault goes into the matrix.</summary>
    public static async Task<ConsulTransportException> FailsWithAsync(this DialTarget target, string code)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var failure = await target.FailureAsync();
        Assert.Equal(code, failure.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, code, "connection fails", clock.Elapsed);
        return failure;
    }

    public static async Task<ConsulTransportException> FailureAsync(this DialTarget target)
    {
        var failure = await Assert.ThrowsAsync<ConsulTransportException>(async () => (await target.DialAsync()).Dispose());
        // A title that had to leave a place open tells half of what was seen.
        Assert.DoesNotContain("<", failure.ToFinding().Title, StringComparison.Ordinal);
        return failure;
    }

    /// <summary>Sends a plain GET and gives the answer's first line.</summary>
    public static async Task<string> AskAsync(this DialedConnection connection)
    {
        await connection.Stream.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(connection.Stream);
        return await reader.ReadLineAsync() ?? "";
    }
}
