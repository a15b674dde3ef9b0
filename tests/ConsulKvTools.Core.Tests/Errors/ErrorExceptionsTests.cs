using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Tests.Errors;

/// <summary>Exceptions are understood by type and number; their texts, here in no language, are the last resort.</summary>
public sealed class ErrorExceptionsTests
{
    public static TheoryData<string, Exception> Numbers => new()
    {
        { "Tcp.Refused", new HttpRequestException("?", new SocketException((int)SocketError.ConnectionRefused)) },
        { "Tcp.HostUnreachable", new HttpRequestException("?", new SocketException((int)SocketError.HostUnreachable)) },
        { "Dns.NameNotFound", new HttpRequestException("?", new SocketException((int)SocketError.HostNotFound)) },
        { "Http.Reset", new HttpRequestException("?", new IOException("?", new SocketException((int)SocketError.ConnectionReset))) },
        { "Tcp.Timeout", new SocketException((int)SocketError.TimedOut) },
        { "Http.ResponseTimeout", new TaskCanceledException("?", new TimeoutException("?")) },
        { "Http.EmptyReply", new HttpRequestException("?", new HttpIOException(HttpRequestError.ResponseEnded)) },
        { "Http.ServerError", new HttpRequestException("?", null, HttpStatusCode.InternalServerError) },
        { "Proxy.GatewayError", new HttpRequestException("?", null, HttpStatusCode.BadGateway) },
        { "Tls.HostNameMismatch", new HttpRequestException("?", new AuthenticationException("The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch")) },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public void An_exception_is_known_by_its_type_and_number(string code, Exception failure) => Assert.Equal(code, ErrorExceptions.Resolve(failure)?.Code);

    [Fact]
    public void An_answers_body_is_judged_as_any_answer()
    {
        var url = new Uri("http://consul:8500/v1/kv/app/x?token=secret-secret");
        var finding = ErrorExceptions.Resolve(new HttpRequestException("?", null, HttpStatusCode.Forbidden), "Permission denied", "PUT", url)!;
        Assert.Equal("Acl.PermissionDenied", finding.Code);
        Assert.Equal("app/x", finding.Evidence["key"]);
        Assert.DoesNotContain("secret-secret", string.Join("", finding.Evidence.Values.Cast<object>()), StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_of_ours_keeps_its_finding()
    {
        var finding = ConsulFinding.Create("Key.Empty");
        Assert.Same(finding, ErrorExceptions.Resolve(new InvalidOperationException("outer", ConsulException.From(finding))));
    }

    [Fact]
    public void What_nobody_knows_stays_unknown() => Assert.Null(ErrorExceptions.Resolve(new InvalidOperationException("Sequence contains no elements")));

    [Fact]
    public async Task A_real_refused_connection_is_known()
    {
        using var client = new HttpClient();
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("http://127.0.0.1:1/v1/kv/a", TestContext.Current.CancellationToken));
        var finding = ErrorExceptions.Resolve(failure)!;
        Assert.Equal("Tcp.Refused", finding.Code);
        Assert.Equal(1, finding.Evidence["port"]);
    }
}
