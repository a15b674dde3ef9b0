using System.Net;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Telemetry.Log;

namespace ConsulKvTools.Sessions;

/// <summary>What is in force after explicit options, the environment and the defaults were weighed, and what was odd about them.</summary>
internal sealed class SessionConfiguration
{
    /// <summary>Names the write log's file.</summary>
    public const string LogVariable = "CONSULKV_LOG_PATH";

    private const string DefaultAddress = "http://127.0.0.1:8500";

    private readonly ConsulSessionOptions options;
    private readonly ConsulEnvironment environment;
    private readonly List<ConsulSetting> settings = [];
    private readonly List<ConsulFinding> findings = [];
    private readonly List<(string Variable, string Source)> ignored = [];

    private SessionConfiguration(ConsulSessionOptions options, ConsulEnvironment environment)
    {
        this.options = options;
        this.environment = environment;
    }

    /// <summary>Where and how to connect. When <see cref="CanConnect"/> is false it names what was asked for, as far as it is known.</summary>
    public DialTarget Target { get; private set; } = null!;

    /// <summary>False when a finding leaves nothing to connect to, or no way to do it safely.</summary>
    public bool CanConnect { get; private set; } = true;

    /// <summary>The token; null sends none.</summary>
    public ConsulSecret? Token { get; private set; }

    /// <summary>Basic authentication for a proxy in front of Consul; null sends none.</summary>
    public ConsulSecret? BasicAuthentication { get; private set; }

    public string? Datacenter { get; private set; }

    public string? Namespace { get; private set; }

    public string? Partition { get; private set; }

    /// <summary>Where writes are logged; null for nowhere.</summary>
    public WriteLogSettings? Log { get; private set; }

    public IReadOnlyList<ConsulSetting> Settings => settings;

    public IReadOnlyList<ConsulFinding> Findings => findings;

    /// <summary>The file the token comes from; null when it comes from elsewhere, or there is none.</summary>
    public string? TokenFile => settings.Find(row => row.Name == "Token")?.Source switch { "-TokenFile" => options.TokenFile, "CONSUL_HTTP_TOKEN_FILE" => environment["CONSUL_HTTP_TOKEN_FILE"], _ => null };

    /// <summary>Every secret that was handed over, whether it is in use or not.</summary>
    public IEnumerable<string> Secrets => SessionSecrets.Of(options, environment);

    /// <summary>Weighs <paramref name="options"/> against <paramref name="environment"/>; never throws for what it reads there.</summary>
    public static SessionConfiguration Resolve(ConsulSessionOptions options, ConsulEnvironment environment)
    {
        var configuration = new SessionConfiguration(options, environment);
        configuration.Resolve();
        return configuration;
    }

    private void Resolve()
    {
        var endpoint = ResolveEndpoint();
        ResolveToken(endpoint);
        var tls = ResolveTls(endpoint);
        var proxy = ResolveProxy(endpoint);
        Datacenter = Choose("Datacenter", options.Datacenter, "-Datacenter");
        Namespace = Choose("Namespace", options.Namespace, "-Namespace", "CONSUL_NAMESPACE");
        Partition = Choose("Partition", options.Partition, "-Partition", "CONSUL_PARTITION");
        var timeout = options.ConnectTimeout ?? TimeSpan.FromSeconds(3);
        Note("ConnectTimeout", timeout.ToString(), options.ConnectTimeout is null ? "default" : "-ConnectTimeout");
        var policy = options.RetryPolicy ?? ConsulRetryPolicy.Default;
        Note("RetryPolicy", policy.ToString(), options.RetryPolicy is null ? "default" : "-RetryPolicy");
        if (options.AllowFaultDrill) Note("AllowFaultDrill", "true", "-AllowFaultDrill");
        if (policy.AttemptTimeout < Retries.LeaderHold.Longest)
            findings.Add(ConsulFinding.Create("Config.TimeoutTooShort", ("seconds", policy.AttemptTimeout.TotalSeconds), ("value", policy.AttemptTimeout)));
        ResolveLog();
        if (ignored.Count > 0)
            findings.Add(ConsulFinding.Create("Config.EnvIgnored",
                ("variable", string.Join(", ", ignored.Select(one => one.Variable))), ("source", string.Join(", ", ignored.Select(one => one.Source)))));
        Target = new DialTarget(endpoint, tls, proxy, timeout);
    }

    private void ResolveLog()
    {
        if (Choose("LogPath", options.LogPath, "-LogPath", LogVariable) is not { } path) return;
        var size = options.LogMaximumSize ?? WriteLogSettings.DefaultMaximumSize;
        var files = options.LogFiles ?? WriteLogSettings.DefaultFiles;
        try
        {
            path = Path.GetFullPath(path);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException or IOException)
        {
            // It stays as it is: the first write says that it cannot be written to, as of any such path.
        }
        settings[settings.Count - 1] = settings[settings.Count - 1] with { Value = path };
        Note("LogMaximumSize", size.ToString(System.Globalization.CultureInfo.InvariantCulture), options.LogMaximumSize is null ? "default" : "-LogMaximumSize");
        Note("LogFiles", files.ToString(System.Globalization.CultureInfo.InvariantCulture), options.LogFiles is null ? "default" : "-LogFiles");
        Log = new WriteLogSettings(path, size, files);
    }

    private ConsulEndpoint ResolveEndpoint()
    {
        bool? ssl = null;
        if (environment["CONSUL_HTTP_SSL"] is { } sslText)
        {
            ssl = GoBool.Parse(sslText);
            if (ssl is null)
                findings.Add(ConsulFinding.Create("Config.SslNotBool", ("variable", "CONSUL_HTTP_SSL"), ("value", Printable.Text(sslText)), ("source", "CONSUL_HTTP_SSL")));
        }
        var fromVariable = environment["CONSUL_HTTP_ADDR"];
        var text = Choose("Address", options.Address, "-Address", "CONSUL_HTTP_ADDR") ?? DefaultAddress;
        // An explicit address says all there is to say: CONSUL_HTTP_SSL belongs to the environment's own address.
        var (endpoint, problems) = ConsulAddress.Parse(text, options.Address is null ? ssl : null,
            options.Address is not null ? "-Address" : fromVariable is not null ? "CONSUL_HTTP_ADDR" : "default");
        findings.AddRange(problems);
        if (options.Address is null && fromVariable is null)
            findings.Add(ConsulFinding.Create("Config.AddrMissing", ("address", DefaultAddress), ("variable", "CONSUL_HTTP_ADDR")));
        // This module reads it as Consul does; the .NET program beside it that shares the variable may not.
        if (options.Address is null && endpoint is not null && text.IndexOf("://", StringComparison.Ordinal) < 0 && fromVariable is not null)
            findings.Add(ConsulFinding.Create("Config.AddrNoScheme", ("value", ShownAddress.Of(text)), ("address", endpoint.ToString()), ("source", "CONSUL_HTTP_ADDR")));
        if (endpoint is null) CanConnect = false;
        endpoint ??= new ConsulEndpoint { Host = "(unusable address)", Port = 0, UseTls = false };
        settings[settings.Count - 1] = settings[settings.Count - 1] with { Value = CanConnect ? endpoint.ToString() : "(unusable)" };
        Note("Tls", endpoint.UseTls ? "true" : "false", ssl == true && options.Address is null ? "CONSUL_HTTP_SSL" : "Address");
        return endpoint;
    }

    private void ResolveToken(ConsulEndpoint endpoint)
    {
        // Order of Consul's own client: a file beats a literal token of the same rank, a parameter beats a variable.
        var explicitFile = options.TokenFile;
        var variableFile = environment["CONSUL_HTTP_TOKEN_FILE"];
        var variableToken = environment["CONSUL_HTTP_TOKEN"];
        string? text = null;
        var source = "default";
        if (explicitFile is not null) text = ReadTokenFile(explicitFile, source = "-TokenFile");
        else if (options.Token is not null) (text, source) = (options.Token.Reveal(), "-Token");
        else if (variableFile is not null) text = ReadTokenFile(variableFile, source = "CONSUL_HTTP_TOKEN_FILE");
        else if (variableToken is not null) (text, source) = (variableToken, "CONSUL_HTTP_TOKEN");

        if (source == "CONSUL_HTTP_TOKEN_FILE" && variableToken is not null && text is not null && Bare(variableToken) != Bare(text))
            findings.Add(ConsulFinding.Create("Config.TokenFileBeatsEnv", ("file", variableFile), ("variable", "CONSUL_HTTP_TOKEN"), ("source", source)));

        // What the explicit token hides is worth knowing only where it differs; Go's own client would take the file even then.
        if (source is "-Token" or "-TokenFile" && text is not null && (PeekTokenFile(variableFile) ?? variableToken) is { } hidden && Bare(hidden) != Bare(text))
            findings.Add(ConsulFinding.Create("Config.ConflictingToken", ("source", source), ("variable", variableFile is not null ? "CONSUL_HTTP_TOKEN_FILE" : "CONSUL_HTTP_TOKEN")));

        if (text is not null)
        {
            CheckToken(text, source, source switch { "-TokenFile" => explicitFile, "CONSUL_HTTP_TOKEN_FILE" => variableFile, _ => null });
            text = text.Trim().TrimStart('\uFEFF');
            if (text.Length > 0 && text.IndexOfAny(['\r', '\n', '\0']) < 0) Token = new ConsulSecret(text);
        }
        var shadowed = new List<string>();
        foreach (var (name, present) in new[]
        {
            ("-Token", options.Token is not null), ("CONSUL_HTTP_TOKEN_FILE", variableFile is not null), ("CONSUL_HTTP_TOKEN", variableToken is not null),
        })
            if (present && name != source) shadowed.Add(name);
        settings.Add(new ConsulSetting("Token", Token?.ToString(), source, shadowed));
        if (Token is not null && !endpoint.UseTls && !endpoint.IsLoopback && CanConnect)
            findings.Add(ConsulFinding.Create("Config.TokenInClear", ("address", endpoint.ToString()), ("host", endpoint.Host)));
        if (Token is null && !endpoint.UseTls && !endpoint.IsLoopback && CanConnect)
            findings.Add(ConsulFinding.Create("Config.TlsNotUsed", ("address", endpoint.ToString()), ("host", endpoint.Host)));

        if (environment["CONSUL_HTTP_AUTH"] is { } basic)
        {
            BasicAuthentication = new ConsulSecret(basic);
            Note("BasicAuthentication", BasicAuthentication.ToString(), "CONSUL_HTTP_AUTH");
            findings.Add(ConsulFinding.Create("Config.BasicAuthIgnored", ("variable", "CONSUL_HTTP_AUTH"), ("source", "CONSUL_HTTP_AUTH")));
        }
    }

    private string? ReadTokenFile(string file, string source)
    {
        (string, object?)[] evidence = [("file", file), ("source", source), ("variable", source)];
        try
        {
            var bytes = File.ReadAllBytes(file);
            if (bytes.Length > 64 * 1024)
            {
                findings.Add(ConsulFinding.Create("Config.TokenFileUnreadable", [.. evidence, ("problem", "it is larger than 64 KiB: not a token")]));
                return null;
            }
            var (text, isUtf16) = TokenText.Read(bytes);
            if (isUtf16) findings.Add(ConsulFinding.Create("Config.TokenBom", [.. evidence, ("problem", "UTF-16")]));
            if (text.Trim().Trim('\uFEFF').Length == 0) findings.Add(ConsulFinding.Create("Config.TokenFileEmpty", evidence));
            return text.TrimEnd();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            findings.Add(ConsulFinding.Create("Config.TokenFileMissing", evidence));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            findings.Add(ConsulFinding.Create("Config.TokenFileUnreadable", [.. evidence, ("problem", error.GetType().Name)]));
        }
        return null;
    }

    private static string Bare(string token) => token.Trim().Trim('\uFEFF', '"', '\'');

    /// <summary>What a token file holds that is not used; null when it cannot be read or holds nothing, which then matters to nobody.</summary>
    private static string? PeekTokenFile(string? file)
    {
        try
        {
            return file is not null && new FileInfo(file) is { Exists: true, Length: < 64 * 1024 } && File.ReadAllText(file) is { } text && Bare(text).Length > 0 ? text : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return null;
        }
    }

    private void CheckToken(string text, string source, string? file)
    {
        (string, object?)[] evidence = [("source", source), ("variable", source), ("file", file)];
        if (text.Length > 0 && text[0] == '\uFEFF')
            findings.Add(ConsulFinding.Create("Config.TokenBom", evidence));
        else if (text.IndexOfAny(['"', '\'', '\u201C', '\u201D']) >= 0)
            findings.Add(ConsulFinding.Create("Config.TokenQuotedOrCase", [.. evidence, ("problem", "it holds quotes")]));
        else if (text.Trim().IndexOfAny(['\r', '\n', '\0']) >= 0)
            findings.Add(ConsulFinding.Create("Config.TokenQuotedOrCase", [.. evidence, ("problem", text.Trim().IndexOf('\0') >= 0 ? "it holds a NUL character" : "it holds a line break in the middle")]));
    }

    private TlsSettings ResolveTls(ConsulEndpoint endpoint)
    {
        var trustFile = Choose("CACertificate", options.CACertificate, "-CACertificate", "CONSUL_CACERT");
        var trustFolder = Choose("CAPath", options.CAPath, "-CAPath", "CONSUL_CAPATH");
        var certificate = Choose("ClientCertificate", options.ClientCertificate, "-ClientCertificate", "CONSUL_CLIENT_CERT");
        var key = Choose("ClientKey", options.ClientKey, "-ClientKey", "CONSUL_CLIENT_KEY");
        var serverName = Choose("TlsServerName", options.TlsServerName, "-TlsServerName", "CONSUL_TLS_SERVER_NAME");
        var skip = ResolveSkip();
        if (options.CheckRevocation) Note("CheckRevocation", "true", "-CheckRevocation");
        var tls = new TlsSettings { ServerName = serverName, SkipVerification = skip, CheckRevocation = options.CheckRevocation };
        if (skip && endpoint.UseTls)
            findings.Add(ConsulFinding.Create("Config.VerificationOff", ("source", SourceOf("SkipCertificateCheck")), ("variable", SourceOf("SkipCertificateCheck")), ("address", endpoint.ToString())));

        var before = findings.Count;
        if (trustFile is not null)
            tls = tls with { TrustedCertificates = CertificateFiles.ReadAuthorities(trustFile, SourceOf("CACertificate"), findings), TrustSource = trustFile };
        else if (trustFolder is not null)
            tls = tls with { TrustedCertificates = CertificateFiles.ReadAuthorityFolder(trustFolder, SourceOf("CAPath"), findings), TrustSource = trustFolder };
        else if (options.SystemTrust is { } system && endpoint.UseTls)
            tls = tls with
            {
                TrustedCertificates = system.IsFolder ? CertificateFiles.ReadAuthorityFolder(system.Path, system.Source, findings) : CertificateFiles.ReadAuthorities(system.Path, system.Source, findings),
                TrustSource = system.Path,
            };
        if (certificate is not null || key is not null)
            tls = CertificateFiles.AddClientCertificate(tls, certificate, key, options.ClientCertificatePassword?.Reveal(), SourceOf("ClientCertificate"), findings);
        // Without the authority asked for, or without the certificate asked for, a TLS connection would not be the one that was asked for.
        if (findings.Count > before && endpoint.UseTls && findings.Skip(before).Any(finding => finding.Severity == FindingSeverity.Error)) CanConnect = false;
        return tls;
    }

    private bool ResolveSkip()
    {
        var text = environment["CONSUL_HTTP_SSL_VERIFY"];
        var verify = text is null ? null : GoBool.Parse(text);
        if (text is not null && verify is null)
            findings.Add(ConsulFinding.Create("Config.SslVerifyNotBool", ("variable", "CONSUL_HTTP_SSL_VERIFY"), ("value", Printable.Text(text)), ("source", "CONSUL_HTTP_SSL_VERIFY")));
        var skip = options.SkipCertificateCheck ?? verify == false;
        var source = options.SkipCertificateCheck is not null ? "-SkipCertificateCheck" : verify is not null ? "CONSUL_HTTP_SSL_VERIFY" : "default";
        settings.Add(new ConsulSetting("SkipCertificateCheck", skip ? "true" : "false", source,
            options.SkipCertificateCheck is not null && text is not null ? ["CONSUL_HTTP_SSL_VERIFY"] : []));
        return skip;
    }

    private ProxySettings? ResolveProxy(ConsulEndpoint endpoint)
    {
        if (options.Proxy is { } wanted)
        {
            Note("Proxy", WithoutCredentials(wanted), "-Proxy");
            if (wanted.IsAbsoluteUri && wanted.Scheme is "http" or "https")
                return new ProxySettings(new Uri(WithoutCredentials(wanted)), options.ProxyCredential ?? CredentialIn(wanted), "-Proxy");
            findings.Add(ConsulFinding.Create("Config.ProxyInvalid", ("proxy", ShownAddress.Of(wanted.OriginalString)), ("source", "-Proxy"), ("variable", "-Proxy"), ("problem", "it is not an http or https address")));
            CanConnect = false;
            return null;
        }
        var names = endpoint.UseTls
            ? new[] { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" }
            : ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
        var name = Array.Find(names, candidate => environment[candidate] is not null);
        if (options.NoProxy || name is null || endpoint.SocketPath is not null)
        {
            settings.Add(new ConsulSetting("Proxy", null, options.NoProxy ? "-NoProxy" : "default", name is null ? [] : [name]));
            return null;
        }
        var text = environment[name]!;
        var exceptions = new NoProxyList(environment["no_proxy"] ?? environment["NO_PROXY"]);
        var covered = exceptions.Covers(endpoint.Host, endpoint.Port);
        // .NET passes over a proxy that it cannot read, without a word.
        var dotNetUsesIt = IsProxyForDotNet(text) && !exceptions.CoversForDotNet(endpoint.Host);
        if (dotNetUsesIt && exceptions.FirstMissedByDotNet(endpoint.Host, endpoint.Port) is { } missed)
            findings.Add(ConsulFinding.Create("Proxy.NoProxySyntax", ("variable", "NO_PROXY"), ("value", Printable.Text(missed)), ("proxy", ShownAddress.Of(text)), ("host", endpoint.Host)));
        if (endpoint.IsLoopback)
        {
            // Consul's own client never sends loopback through a proxy; .NET programs do unless NO_PROXY names the host exactly.
            if (dotNetUsesIt)
                findings.Add(ConsulFinding.Create("Proxy.UsedForLocalAddress", ("variable", name), ("proxy", ShownAddress.Of(text)), ("address", endpoint.ToString()), ("host", endpoint.Host)));
            settings.Add(new ConsulSetting("Proxy", null, "loopback", [name]));
            return null;
        }
        if (covered)
        {
            settings.Add(new ConsulSetting("Proxy", null, "NO_PROXY", [name]));
            return null;
        }
        if (ReadProxy(text) is not { Scheme: "http" or "https" } proxy)
        {
            findings.Add(ConsulFinding.Create("Config.ProxyInvalid", ("proxy", ShownAddress.Of(text)), ("source", name), ("variable", name), ("problem", "it is not an http or https address")));
            settings.Add(new ConsulSetting("Proxy", "(unusable)", name, []));
            CanConnect = false;
            return null;
        }
        Note("Proxy", WithoutCredentials(proxy), name);
        return new ProxySettings(new Uri(WithoutCredentials(proxy)), options.ProxyCredential ?? CredentialIn(proxy), name);
    }

    private static Uri? ReadProxy(string text) =>
        Uri.TryCreate(text.IndexOf("://", StringComparison.Ordinal) < 0 ? "http://" + text : text, UriKind.Absolute, out var proxy) ? proxy : null;

    private static bool IsProxyForDotNet(string text) =>
        ReadProxy(text) is { Host.Length: > 0, Scheme: "http" or "https" or "socks4" or "socks4a" or "socks5" };

    private static string WithoutCredentials(Uri uri) =>
        uri.IsAbsoluteUri ? uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) : ShownAddress.Of(uri.OriginalString);

    private static NetworkCredential? CredentialIn(Uri uri)
    {
        if (uri.UserInfo.Length == 0) return null;
        var colon = uri.UserInfo.IndexOf(':');
        return colon < 0
            ? new NetworkCredential(Uri.UnescapeDataString(uri.UserInfo), "")
            : new NetworkCredential(Uri.UnescapeDataString(uri.UserInfo.Substring(0, colon)), Uri.UnescapeDataString(uri.UserInfo.Substring(colon + 1)));
    }

    private string? Choose(string setting, string? given, string parameter, string? variable = null)
    {
        var fromVariable = variable is null ? null : environment[variable];
        var value = given ?? fromVariable;
        var source = given is not null ? parameter : fromVariable is not null ? variable! : "default";
        settings.Add(new ConsulSetting(setting, value, source, given is not null && fromVariable is not null ? [variable!] : []));
        if (given is not null && fromVariable is not null && given != fromVariable) ignored.Add((variable!, parameter));
        return value;
    }

    private void Note(string setting, string? value, string source) => settings.Add(new ConsulSetting(setting, value, source, []));

    private string SourceOf(string setting) => settings.Find(row => row.Name == setting)!.Source;
}
