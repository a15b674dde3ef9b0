using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>What the client was told wrongly, mostly through CONSUL_* variables, against a real agent.</summary>
[Collection(AclAgentTests.Name)]
public sealed class ConfigurationFaultTests(AclAgentFixture lab) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("consulkv-").FullName;

    private string Good => lab.Agent.HttpAddress!.Authority;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("CONSUL_HTTP_ADDR=tcp://127.0.0.1:8500", "Config.AddrSchemeUnknown")]
    [InlineData("CONSUL_HTTP_ADDR=ftp://127.0.0.1:8500", "Config.AddrSchemeUnknown")]
    [InlineData("CONSUL_HTTP_ADDR=127.0.0.1:port", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=127.0.0.1:99999", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=http://user:geheim@127.0.0.1:8500", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=0.0.0.0:8500", "Config.AddrWildcard")]
    [InlineData("CONSUL_HTTP_ADDR=[::]:8500", "Config.AddrWildcard")]
    [InlineData("CONSUL_HTTP_ADDR=127.0.0.1", "Config.AddrNoPort")]
    [InlineData("CONSUL_HTTP_ADDR= {good} ", "Config.AddrWhitespace")]
    [InlineData("CONSUL_HTTP_ADDR=\"{good}\"", "Config.AddrWhitespace")]
    [InlineData("CONSUL_HTTP_ADDR=http://{good}/", "Config.AddrTrailingSlash")]
    [InlineData("CONSUL_HTTP_ADDR=http://{good}/consul", "Config.AddrBasePath")]
    [InlineData("CONSUL_HTTP_ADDR=http://{good}|CONSUL_HTTP_SSL=true", "Config.SslTrueUpgradesHttp")]
    [InlineData("CONSUL_HTTP_ADDR={good}|CONSUL_HTTP_SSL=yes", "Config.SslNotBool")]
    [InlineData("CONSUL_HTTP_ADDR={good}|CONSUL_HTTP_SSL_VERIFY=no", "Config.SslVerifyNotBool")]
    [InlineData("CONSUL_HTTP_ADDR={good}|CONSUL_CACERT={folder}/none.pem", "Config.CaFileUnreadable")]
    [InlineData("CONSUL_HTTP_ADDR={good}|CONSUL_CACERT={folder}", "Config.CaFileUnreadable")]
    [InlineData("CONSUL_HTTP_ADDR={good}|CONSUL_CAPATH={folder}", "Config.CaPathEmpty")]
    [InlineData("CONSUL_HTTP_ADDR={good}|CONSUL_CLIENT_KEY={folder}/key.pem", "Config.ClientCertWithoutKey")]
    [InlineData("CONSUL_HTTP_ADDR={good}|CONSUL_CLIENT_CERT={folder}/none.pem", "Config.ClientCertificateUnreadable")]
    [InlineData("CONSUL_HTTP_ADDR={good}|CONSUL_CLIENT_CERT=00112233445566778899aabbccddeeff00112233", "Config.CertificateStoreThumbprintNotFound")]
    [InlineData("CONSUL_HTTP_ADDR={good}|CONSUL_NAMESPACE=team", "Config.NamespaceOnCe")]
    [InlineData("CONSUL_HTTP_ADDR=consul.example:8500|HTTP_PROXY=socks://127.0.0.1:1", "Config.ProxyInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=http://{good}|HTTP_PROXY=http://127.0.0.1:1", "Proxy.UsedForLocalAddress")]
    public async Task A_variable_is_named(string variables, string code)
    {
        var diagnosis = await RunAsync(variables + "|CONSUL_HTTP_TOKEN=" + lab.ManagementToken);

        Diagnose.Names(code, FaultOrigin.Real, $"`{variables.Replace("{good}", "AGENT").Replace("{folder}", "FOLDER").Replace("|", " ")}`", diagnosis);
        Assert.DoesNotContain("geheim", Diagnose.Text(diagnosis), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", null, "Config.TokenFileMissing")]
    [InlineData("empty", "\n", "Config.TokenFileEmpty")]
    [InlineData("bom", "\uFEFF{token}", "Config.TokenBom")]
    [InlineData("quoted", "\"{token}\"", "Config.TokenQuotedOrCase")]
    [InlineData("unknown", "11111111-2222-3333-4444-555555555555", "Config.TokenFileBeatsEnv")]
    public async Task A_token_file_is_named(string name, string? content, string code)
    {
        var file = Path.Combine(folder, name);
        if (content is not null) await File.WriteAllTextAsync(file, content.Replace("{token}", lab.ManagementToken));

        var diagnosis = await RunAsync($"CONSUL_HTTP_ADDR={Good}|CONSUL_HTTP_TOKEN_FILE={file}|CONSUL_HTTP_TOKEN={lab.ManagementToken}");

        Diagnose.Names(code, FaultOrigin.Real, $"CONSUL_HTTP_TOKEN_FILE: {name}", diagnosis);
        Assert.DoesNotContain(lab.ManagementToken[..8], Diagnose.Text(diagnosis), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_another_certificate_is_named()
    {
        using var certificates = new CertificateLab();
        var authority = certificates.Authority();
        var one = authority.IssueClient("one");
        var other = authority.IssueClient("other");

        Diagnose.Names("Config.CertKeyMismatch", FaultOrigin.Real, "CONSUL_CLIENT_CERT and CONSUL_CLIENT_KEY of two certificates", await RunAsync($"CONSUL_HTTP_ADDR=https://{Good}|CONSUL_CLIENT_CERT={one.CertificateFile}|CONSUL_CLIENT_KEY={other.KeyFile}"));
    }

    [Fact]
    public async Task Nothing_configured_and_nothing_there_is_named_as_such()
    {
        var listeners = System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
        Assert.SkipWhen(listeners.Any(listener => listener.Port == 8500), "Something listens on port 8500 of this machine.");

        Diagnose.Names("Config.AddrMissing", FaultOrigin.Real, "no variable set, nothing listens on 8500", await Diagnose.RunAsync(new ConsulSessionOptions(), environment: new Dictionary<string, string>()));
    }

    [Fact]
    public async Task A_base_path_is_shown_with_the_whole_address_and_the_command_without_it()
    {
        var root = (await RunAsync("CONSUL_HTTP_ADDR=http://{good}/consul")).RootCause!;

        Assert.Equal("Config.AddrBasePath", root.Code);
        Assert.Contains($"http://{Good}/consul", root.Title, StringComparison.Ordinal);
        Assert.Contains($"'http://{Good}'", root.Command, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_question_names_the_key_and_the_address_in_what_to_do_next()
    {
        using var silent = new ScriptedHttpServer();
        silent.On("*", "/", ScriptedResponse.Json("\"127.0.0.1:8300\"")).On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:8300\"")).On("GET", "/v1/kv/", ScriptedResponse.Close);

        var broken = Assert.Single((await Diagnose.RunAsync(silent.Address)).Findings, finding => finding.Code is "Http.EmptyReply");

        Assert.Equal("Get-ConsulKvConsistent -Key 'app/x'", broken.Command);
        Assert.Equal(silent.Address.ToString().TrimEnd('/'), broken.Evidence["address"]);
        using var session = ConsulKvSession.CreateForDiagnosis(new ConsulSessionOptions { Address = "https://127.0.0.1:8501", SkipCertificateCheck = true }, ConsulEnvironment.Empty);
        Assert.Contains("https://127.0.0.1:8501", Assert.Single(session.ConfigurationFindings, finding => finding.Code == "Config.VerificationOff").Command, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:8500", "http://127.0.0.1:8500")]
    [InlineData("https://consul.example:8501", "https://consul.example:8501")]
    [InlineData("[::1]:8500", "http://[::1]:8500")]
    [InlineData("unix:///run/consul.sock", "unix:///run/consul.sock")]
    [InlineData("localhost:8500", "http://localhost:8500")]
    public void An_address_is_read_as_Consul_reads_it(string given, string meant)
    {
        using var session = ConsulKvSession.Create(new ConsulSessionOptions { Address = given }, ConsulEnvironment.Empty);

        Assert.Equal(meant, session.Address);
        Assert.DoesNotContain(session.ConfigurationFindings, finding => finding.Severity > FindingSeverity.Info);
    }

    [Fact]
    public void An_unparsable_verify_never_turns_verification_off()
    {
        using var session = ConsulKvSession.CreateForDiagnosis(new ConsulSessionOptions(),
            new ConsulEnvironment(new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = "https://127.0.0.1:8501", ["CONSUL_HTTP_SSL_VERIFY"] = "no" }));

        Assert.False(session.Target.Tls.SkipVerification);
        Assert.Equal("false", session.Configuration.Single(setting => setting.Name == "SkipCertificateCheck").Value);
    }

    [Fact]
    public void The_report_says_who_won_and_who_was_shadowed_and_hides_the_token()
    {
        using var session = ConsulKvSession.Create(
            new ConsulSessionOptions { Address = "http://127.0.0.1:1", Token = new ConsulSecret(lab.ManagementToken) },
            new ConsulEnvironment(new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = "http://127.0.0.1:2", ["CONSUL_HTTP_TOKEN"] = "11111111-2222-3333-4444-555555555555" }));

        var address = session.Configuration.Single(setting => setting.Name == "Address");
        var token = session.Configuration.Single(setting => setting.Name == "Token");
        Assert.Equal(("-Address", "CONSUL_HTTP_ADDR"), (address.Source, Assert.Single(address.Shadowed)));
        Assert.Equal(("-Token", "CONSUL_HTTP_TOKEN"), (token.Source, Assert.Single(token.Shadowed)));
        Assert.DoesNotContain(lab.ManagementToken[..8], token.Value, StringComparison.Ordinal);
    }

    private Task<ConsulDiagnosis> RunAsync(string variables) => Diagnose.RunAsync(new ConsulSessionOptions(), environment:
        variables.Replace("{good}", Good).Replace("{folder}", folder).Split('|').Select(pair => pair.Split('=', 2)).GroupBy(pair => pair[0]).ToDictionary(pair => pair.Key, pair => pair.First()[1]));
}
