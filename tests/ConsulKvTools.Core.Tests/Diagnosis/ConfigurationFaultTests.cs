using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
    [InlineData("CONSUL_HTTP_ADDR=http://127.0.0.1:8500?token=geheim-0123456789", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=http://127.0.0.1:8500/?token=geheim-0123456789", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=127.0.0.1:8500/consul?token=geheim-0123456789", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=http://127.0.0.1:8500#geheim-0123456789", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=http://user:1?geheim@127.0.0.1:8500", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=http://127.0.0.1:8500?token=x@geheim", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=http://user:1/geheim@127.0.0.1:8500", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=user:geheim@http://127.0.0.1:8500", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=ftp://127.0.0.1:8500?token=geheim", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=unix:///none.sock?token=geheim-0123456789", "Config.AddrInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=consul.example:8500|HTTP_PROXY=socks://u:geheim@127.0.0.1:1", "Config.ProxyInvalid")]
    [InlineData("CONSUL_HTTP_ADDR=consul.example:8500|HTTP_PROXY=socks://127.0.0.1:1/?password=geheim", "Config.ProxyInvalid")]
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
        Assert.DoesNotContain(diagnosis.Configuration, setting => setting.Value?.Contains("geheim", StringComparison.Ordinal) == true);
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

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16", false)]
    public async Task A_token_file_of_Windows_PowerShell_is_named_and_read(string encoding, bool withMark)
    {
        var file = Path.Combine(folder, "token");
        var coding = System.Text.Encoding.GetEncoding(encoding);
        await File.WriteAllBytesAsync(file, [.. withMark ? coding.GetPreamble() : [], .. coding.GetBytes(lab.ManagementToken + "\r\n")]);

        var diagnosis = await RunAsync($"CONSUL_HTTP_ADDR={Good}|CONSUL_HTTP_TOKEN_FILE={file}");

        Diagnose.Names("Config.TokenBom", FaultOrigin.Real, $"CONSUL_HTTP_TOKEN_FILE in {encoding}{(withMark ? "" : " without a byte order mark")}", diagnosis);
        Assert.DoesNotContain(diagnosis.Findings, finding => finding.Severity == FindingSeverity.Error && finding.Code != "Config.TokenBom");
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

    [Theory]
    [InlineData("RSA", "RSA")]
    [InlineData("RSA", "EC")]
    [InlineData("EC", "EC")]
    [InlineData("EC", "RSA")]
    public async Task A_key_of_another_certificate_is_named_whatever_the_kinds(string certificateKind, string keyKind)
    {
        var certificateFile = Path.Combine(folder, "one.crt");
        var keyFile = Path.Combine(folder, "other.key");
        using (AsymmetricAlgorithm own = certificateKind == "RSA" ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256), other = keyKind == "RSA" ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            var request = own is RSA rsa
                ? new CertificateRequest("CN=one", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                : new CertificateRequest("CN=one", (ECDsa)own, HashAlgorithmName.SHA256);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(keyFile, other.ExportPkcs8PrivateKeyPem());
        }

        Diagnose.Names("Config.CertKeyMismatch", FaultOrigin.Real, $"CONSUL_CLIENT_CERT of an {certificateKind} key, CONSUL_CLIENT_KEY another {keyKind} key", await RunAsync($"CONSUL_HTTP_ADDR=https://{Good}|CONSUL_CLIENT_CERT={certificateFile}|CONSUL_CLIENT_KEY={keyFile}"));

        await File.WriteAllTextAsync(keyFile, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        Diagnose.Names("Config.ClientCertificateUnreadable", FaultOrigin.Real, "CONSUL_CLIENT_KEY is damaged", await RunAsync($"CONSUL_HTTP_ADDR=https://{Good}|CONSUL_CLIENT_CERT={certificateFile}|CONSUL_CLIENT_KEY={keyFile}"));
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
