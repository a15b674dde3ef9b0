using System.Net.Sockets;
using System.Text.RegularExpressions;
using ConsulKvTools.Http;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Exchanges that break after the dial, and the tables that name them.</summary>
public sealed partial class TransportFailuresTests(CertificatesFixture certificates) : IClassFixture<CertificatesFixture>
{
    public static TheoryData<string, string> Breaks => new()
    {
        { "close", "Http.EmptyReply" }, { "reset", "Http.Reset" }, { "silence", "Http.ResponseTimeout" },
        { "truncated", "Http.ResponseTruncated" }, { "cut", "Http.ResponseTruncated" },
    };

    [Theory, MemberData(nameof(Breaks))]
    public Task Plain(string how, string code) => BreaksAsync(null, how, code);

    [Theory, MemberData(nameof(Breaks))]
    public Task Tls(string how, string code) => BreaksAsync(certificates.Good, how, code);

    [Theory]
    [InlineData(SocketError.TimedOut, DialPhase.Receive, false, "Tcp.IdleConnectionDropped")]
    [InlineData(SocketError.ConnectionReset, DialPhase.Send, false, "Http.Reset")]
    [InlineData(SocketError.ConnectionReset, DialPhase.Receive, true, "Http.ResponseTruncated")]
    [InlineData(SocketError.ConnectionReset, DialPhase.Tls, false, "Tls.ClosedDuringHandshake")]
    [InlineData(SocketError.ConnectionReset, DialPhase.Proxy, false, "Proxy.ClosedDuringConnect")]
    [InlineData(SocketError.HostUnreachable, DialPhase.Receive, false, "Tcp.HostUnreachable")]
    [InlineData(SocketError.ConnectionRefused, DialPhase.Connect, false, "Tcp.Refused")]
    [InlineData(SocketError.HostNotFound, DialPhase.Name, false, "Dns.NameNotFound")]
    public void Socket_error(SocketError error, object phase, bool answerBegun, string code) =>
        Assert.Equal(code, TransportFailures.Classify(new IOException("", new SocketException((int)error)), (DialPhase)phase, answerBegun).Code);

    [Fact]
    public void Known_failure_stays_what_it_is()
    {
        var known = new ConsulTransportException("Tcp.Refused", DialPhase.Connect, []);
        Assert.Same(known, TransportFailures.Classify(new HttpRequestException("", known), DialPhase.Receive));
    }

    [Theory]
    [InlineData(0x0A000412, 42)]
    [InlineData(0x0A000410, 40)]
    [InlineData(0x0A00045C, 116)]
    [InlineData(0x14094412, 42)]
    [InlineData(0x0A0000B5, null)]
    [InlineData(unchecked((int)0x80131501), null)]
    public void OpenSsl_error_number(int error, int? alert) =>
        Assert.Equal(alert, NativeTlsError.AlertOf(new IOException("", new System.Security.Cryptography.CryptographicException(error))));

    [Fact]
    public void Every_alert_has_its_code()
    {
        for (var alert = 0; alert < 256; alert++) Assert.NotNull(FindingCatalogue.Find(TlsAlert.CodeOf(alert)));
    }

    [Fact]
    public void Every_code_of_the_transport_is_in_the_catalogue()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Directory.Packages.props"))) root = Path.GetDirectoryName(root)!;
        var core = Path.Combine(root, "src", "ConsulKvTools.Core");
        string[] folders = [Path.Combine(core, "Http", "Dial"), Path.Combine(core, "Diagnosis", "Transport"), Path.Combine(core, "Diagnosis", "Probes")];
        var codes = folders.SelectMany(folder => Directory.GetFiles(folder, "*.cs"))
            .SelectMany(file => Code().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct().ToArray();
        Assert.True(codes.Length > 80);
        Assert.DoesNotContain(codes, code => FindingCatalogue.Find(code) is null);
    }

    private static async Task BreaksAsync(IssuedCertificate? certificate, string how, string code)
    {
        using var server = certificate is null ? new ScriptedHttpServer() : new ScriptedHttpServer(certificate);
        server.On("*", "/", how switch
        {
            "close" => ScriptedResponse.Close,
            "reset" => ScriptedResponse.Reset,
            "silence" => ScriptedResponse.Silence,
            "truncated" => ScriptedResponse.Truncated("a long body that is not sent whole", 6),
            _ => ScriptedResponse.Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome").ThenClose(),
        });
        using var session = ConsulKvSession.CreateForDiagnosis(
            Probing.Options(certificate is null ? "http" : "https", server.Port, certificate?.Issuer), ConsulEnvironment.Empty);
        // Only silence is waited out; a busy machine takes its time over the rest.
        var patience = TimeSpan.FromSeconds(how == "silence" ? 2 : 30);
        var failure = await Assert.ThrowsAsync<ConsulTransportException>(() =>
            session.Http.SendAsync(ConsulRequest.Get("/v1/kv/x"), patience, TestContext.Current.CancellationToken));
        Assert.Equal(code, failure.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, code, "request fails", TimeSpan.Zero);
    }

    [GeneratedRegex("\"((?:Config|Dns|Tcp|Proxy|Tls|Port|Http)\\.[A-Z][A-Za-z]+)\"")]
    private static partial Regex Code();
}
