using ConsulKvTools.Kv;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>A reverse proxy or gateway between the client and a real agent.</summary>
[Collection(AclAgentTests.Name)]
public sealed class GatewayFaultTests(AclAgentFixture lab)
{
    private static readonly DiagnosisRequest LargeValue = new() { Key = "app/x", Value = new byte[100_000] };

    [Fact]
    public async Task One_that_passes_everything_on_is_fine()
    {
        await using var gateway = Gateway();
        Diagnose.IsHealthy(await RunAsync(gateway, LargeValue));
    }

    [Fact]
    public async Task Agent_behind_it_is_down()
    {
        await using var gateway = new ReverseProxyServer(new Uri($"http://127.0.0.1:{Transport.OpenSslServer.FreePort()}"));
        Names("Proxy.GatewayError", await RunAsync(gateway));
    }

    [Fact]
    public async Task Agent_behind_it_is_too_slow()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var gateway = new ReverseProxyServer(agent.Address) { Patience = TimeSpan.FromMilliseconds(500) };
        agent.Freeze();
        try
        {
            Names("Proxy.GatewayError", await RunAsync(gateway));
        }
        finally
        {
            agent.Thaw();
        }
    }

    [Fact]
    public async Task It_wants_a_password()
    {
        await using var gateway = Gateway();
        gateway.Credentials = new("me", "secret");
        var diagnosis = await RunAsync(gateway);
        Names("Proxy.AuthenticationRequired", diagnosis);
        Assert.Contains("CONSUL_HTTP_AUTH", diagnosis.RootCause!.Command, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_wants_another_password()
    {
        await using var gateway = Gateway();
        gateway.Credentials = new("me", "secret");
        var diagnosis = await Diagnose.RunAsync(new ConsulSessionOptions { Address = Of(gateway), Token = new ConsulSecret(lab.ManagementToken) }, null,
            new Dictionary<string, string> { ["CONSUL_HTTP_AUTH"] = "me:geheim" });
        Names("Config.BasicAuthIgnored", diagnosis);
        Assert.DoesNotContain("geheim", Diagnose.Text(diagnosis), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_lets_only_reads_through()
    {
        await using var gateway = Gateway();
        gateway.Methods = ["GET", "HEAD"];
        Names("Proxy.MethodOrPathRewrite", await RunAsync(gateway));
    }

    [Fact]
    public async Task It_limits_bodies()
    {
        await using var gateway = Gateway();
        gateway.BodyLimit = 50_000;
        Names("Proxy.BodyTooLarge", await RunAsync(gateway, LargeValue));
    }

    [Theory]
    [InlineData("stalls")]
    [InlineData("resets")]
    public async Task It_limits_bodies_without_a_word(string how)
    {
        await using var gateway = Gateway();
        if (how == "stalls") gateway.StallAbove = 50_000;
        else gateway.ResetAbove = 50_000;
        Names("Http.LargeBodyFails", await RunAsync(gateway, LargeValue));
    }

    [Fact]
    public async Task It_counts_requests()
    {
        await using var gateway = Gateway();
        gateway.RequestLimit = 0;
        Names("Proxy.RateLimited", await RunAsync(gateway));
    }

    [Fact]
    public async Task It_drops_the_token()
    {
        await using var gateway = Gateway();
        gateway.DroppedHeaders = ["X-Consul-Token"];
        var diagnosis = await RunAsync(gateway);
        Names("Acl.BearerStrippedByProxy", diagnosis);
        Assert.DoesNotContain(diagnosis.Findings, finding => finding is { Severity: FindingSeverity.Error, BlockedBy: null } && finding != diagnosis.RootCause);
    }

    [Theory]
    [InlineData("https://127.0.0.1:1")]
    [InlineData("http://elsewhere.example")]
    public async Task It_redirects(string target)
    {
        await using var gateway = Gateway();
        gateway.RedirectTo = target;
        Names("Http.RedirectRefused", await RunAsync(gateway));
    }

    [Fact]
    public async Task It_wants_a_path_before_the_api()
    {
        await using var gateway = Gateway();
        gateway.Prefix = "/consul";
        Names("Http.NotConsul", await RunAsync(gateway));
        Diagnose.IsHealthy(await Diagnose.RunAsync(new ConsulSessionOptions { Address = Of(gateway) + "/consul", Token = new ConsulSecret(lab.ManagementToken) }));
    }

    [Fact]
    public async Task It_answers_what_nobody_knows()
    {
        using var teapot = new ScriptedHttpServer();
        teapot.On("PUT", "/v1/kv/", ScriptedResponse.Text("short and stout", 418));
        using var session = LabSessions.Open(teapot.Address.ToString(), null, LabSessions.Impatient);
        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x" }, TestContext.Current.CancellationToken);
        Assert.Equal("Http.UnexpectedStatus", result.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, result);
    }

    [Fact]
    public async Task Another_product_with_the_same_status_endpoint()
    {
        // What Nomad answers: the same /v1/status/leader, and no /v1/kv.
        using var nomad = new ScriptedHttpServer();
        nomad.On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:4647\""));
        nomad.On("GET", "/v1/status/peers", ScriptedResponse.Json("[\"127.0.0.1:4647\"]"));
        nomad.On("*", "/v1/kv/", ScriptedResponse.Text("404 page not found\n", 404));
        Names("Http.NotConsul", await Diagnose.RunAsync(nomad.Address));
    }

    [Fact]
    public async Task It_forbids_all_but_reads()
    {
        // nginx: limit_except GET { deny all; }
        await using var gateway = Gateway();
        gateway.Methods = ["GET", "HEAD"];
        gateway.MethodStatus = 403;
        Names("Proxy.MethodOrPathRewrite", await RunAsync(gateway));
    }

    [Fact]
    public async Task It_answers_an_error_page_of_its_own()
    {
        using var gateway = new ScriptedHttpServer();
        gateway.On(_ => true, ScriptedResponse.Html("<html><body>500 Internal Server Error</body></html>", 500, "Server: nginx"));
        Names("Proxy.GatewayError", await Diagnose.RunAsync(gateway.Address));
    }

    [Fact]
    public async Task It_forbids_everything_and_names_no_server()
    {
        // haproxy: http-request deny
        using var gateway = new ScriptedHttpServer();
        gateway.On(_ => true, ScriptedResponse.Html("<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>", 403));
        var diagnosis = await Diagnose.RunAsync(gateway.Address);
        Names("Proxy.Forbidden", diagnosis);
        Assert.DoesNotContain("-NoProxy", diagnosis.RootCause!.Remedy + diagnosis.RootCause.Command, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_answers_the_same_to_every_path()
    {
        using var parrot = new ScriptedHttpServer();
        parrot.On(_ => true, ScriptedResponse.Json("\"127.0.0.1:8300\""));
        Names("Http.NotConsul", await Diagnose.RunAsync(parrot.Address));
    }

    private static void Names(string code, ConsulDiagnosis diagnosis)
    {
        Diagnose.Names(code, FaultOrigin.Real, TestWords.Here, diagnosis);
        // A title that had to leave a place open tells half of what was seen.
        Assert.DoesNotContain("<", diagnosis.RootCause!.Title, StringComparison.Ordinal);
    }

    private static string Of(ReverseProxyServer gateway) => gateway.Address.ToString().TrimEnd('/');

    private ReverseProxyServer Gateway() => new(lab.Agent.HttpAddress!);

    private Task<ConsulDiagnosis> RunAsync(ReverseProxyServer gateway, DiagnosisRequest? request = null) => Diagnose.RunAsync(gateway.Address, lab.ManagementToken, request);
}
