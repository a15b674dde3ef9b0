using System.CommandLine;

namespace ConsulKvTools.Cli.Options;

/// <summary>The options every verb takes: how to reach Consul, as whom, and how to write the result.</summary>
internal sealed class GlobalOptions
{
    private const string WhyNoToken =
        "A token does not belong on the command line: every user of this machine can read it in the process list, and the shell keeps it in its history. "
        + "Give it in the variable CONSUL_HTTP_TOKEN, in a file with --token-file, or on standard input with --token-stdin.";

    private readonly Option<string?> address = Text("--address", "url", "Address of the agent: host:port, http://…, https://… or unix://…. Default: CONSUL_HTTP_ADDR, else http://127.0.0.1:8500.");
    private readonly Option<string?> tokenFile = Text("--token-file", "file", "File with the token. Default: CONSUL_HTTP_TOKEN_FILE, else CONSUL_HTTP_TOKEN.");
    private readonly Option<bool> tokenInput = new("--token-stdin") { Description = "Read the token from standard input, up to the end of its first line." };
    private readonly Option<string?> caCertificate = Text("--ca-certificate", "file", "PEM file with the authorities to trust. Default: CONSUL_CACERT, else the machine's own.");
    private readonly Option<string?> caPath = Text("--ca-path", "folder", "Folder of such files. Default: CONSUL_CAPATH.");
    private readonly Option<string?> clientCertificate = Text("--client-certificate", "file", "PEM or PFX file with the client's certificate. Default: CONSUL_CLIENT_CERT.");
    private readonly Option<string?> clientKey = Text("--client-key", "file", "PEM file with its private key. Default: CONSUL_CLIENT_KEY.");
    private readonly Option<string?> tlsServerName = Text("--tls-server-name", "name", "Name to expect in the agent's certificate. Default: CONSUL_TLS_SERVER_NAME, else the address's host.");
    private readonly Option<bool> skipCertificateCheck = new("--skip-certificate-check") { Description = "Accept any certificate. Unsafe, and always reported." };
    private readonly Option<bool> checkRevocation = new("--check-revocation") { Description = "Ask the CA whether the agent's certificate was revoked. Consul's own clients never do." };
    private readonly Option<string?> datacenter = Text("--datacenter", "name", "Datacenter of every request. Default: the agent's own.");
    private readonly Option<string?> @namespace = Text("--namespace", "name", "Enterprise namespace. Default: CONSUL_NAMESPACE.");
    private readonly Option<string?> partition = Text("--partition", "name", "Enterprise admin partition. Default: CONSUL_PARTITION.");
    private readonly Option<string?> proxy = Text("--proxy", "url", "HTTP proxy to use, for loopback addresses too. Default: HTTP_PROXY, HTTPS_PROXY, NO_PROXY.");
    private readonly Option<bool> noProxy = new("--no-proxy") { Description = "Use no proxy, whatever the variables say." };
    private readonly Option<TimeSpan?> connectTimeout = Choice.Duration("--connect-timeout", "Time for name, TCP and TLS of one connection together. Default: 3s.");
    private readonly Option<OutputFormat> output = Choice.Option("--output", "Form of the result.", OutputFormat.Text);
    private readonly Option<bool> noColor = new("--no-color") { Description = "No colours; so does the variable NO_COLOR." };

    // Known only to be refused: the parser's own complaint about an unknown option would repeat the token.
    private readonly Option<string?> forbiddenToken = new("--token", "-token", "-Token", "--http-token") { Hidden = true, Arity = ArgumentArity.ZeroOrOne };

    public GlobalOptions()
    {
        forbiddenToken.Validators.Add(result => result.AddError(WhyNoToken));
        tokenFile.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && Guid.TryParse(token.Value, out _) && !File.Exists(token.Value))
                result.AddError("--token-file wants the name of a file; what was given looks like a token itself (not repeated here). " + WhyNoToken);
        });
        proxy.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(Uri.TryCreate(token.Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
                result.AddError("--proxy wants an address such as http://proxy.example:3128.");
        });
        foreach (var option in All) option.Recursive = true;
    }

    /// <summary>All of them, in the order help shows them.</summary>
    public IEnumerable<Option> All =>
    [
        address, tokenFile, tokenInput, caCertificate, caPath, clientCertificate, clientKey, tlsServerName, skipCertificateCheck, checkRevocation,
        datacenter, @namespace, partition, proxy, noProxy, connectTimeout, output, noColor, forbiddenToken,
    ];

    /// <summary>True when the token comes on standard input, so that no value can.</summary>
    public bool TokenIsOnInput(ParseResult parsed) => parsed.GetValue(tokenInput);

    /// <summary>True unless the command line forbids colours.</summary>
    public bool AllowsColor(ParseResult parsed) => !parsed.GetValue(noColor);

    /// <summary>The form asked for; text when the line is too broken to tell.</summary>
    public OutputFormat Format(ParseResult parsed) => parsed.GetResult(output) is { } result && result.Errors.Any() ? OutputFormat.Text : parsed.GetValue(output);

    /// <summary>What the command line says about the session; the rest comes from the environment.</summary>
    /// <exception cref="UsageException">The token was announced on standard input and is not there.</exception>
    public ConsulSessionOptions SessionOptions(ParseResult parsed, Surroundings surroundings, ConsulRetryPolicy? retry = null)
    {
        if (TokenIsOnInput(parsed) && parsed.GetValue(tokenFile) is not null) throw new UsageException("--token-stdin and --token-file are both given; give one of them.");
        return new ConsulSessionOptions
        {
            Address = parsed.GetValue(address),
            TokenFile = parsed.GetValue(tokenFile),
            Token = TokenIsOnInput(parsed) ? TokenInput.Read(surroundings.Input()) : null,
            CACertificate = parsed.GetValue(caCertificate),
            CAPath = parsed.GetValue(caPath),
            ClientCertificate = parsed.GetValue(clientCertificate),
            ClientKey = parsed.GetValue(clientKey),
            TlsServerName = parsed.GetValue(tlsServerName),
            SkipCertificateCheck = parsed.GetValue(skipCertificateCheck) ? true : null,
            CheckRevocation = parsed.GetValue(checkRevocation),
            Datacenter = parsed.GetValue(datacenter),
            Namespace = parsed.GetValue(@namespace),
            Partition = parsed.GetValue(partition),
            Proxy = parsed.GetValue(proxy) is { } uri ? new Uri(uri) : null,
            NoProxy = parsed.GetValue(noProxy),
            ConnectTimeout = parsed.GetValue(connectTimeout),
            RetryPolicy = retry,
        };
    }

    private static Option<string?> Text(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName };
}
