using System.Management.Automation;
using System.Security;

namespace ConsulKvTools.Commands;

/// <summary>Makes a session. What is not given comes from the <c>CONSUL_*</c> environment, else from Consul's defaults. Nothing is sent.</summary>
[Cmdlet(VerbsCommon.New, "ConsulKvSession", HelpUri = HelpPages.Folder + "New-ConsulKvSession.md")]
[OutputType(typeof(ConsulKvSession))]
public sealed class NewConsulKvSessionCommand : PSCmdlet
{
    /// <summary><c>host:port</c>, <c>http://</c>, <c>https://</c> or <c>unix://</c>.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AddressCompleter))]
    public string? Address { get; set; }

    /// <summary>
    /// The token's SecretID: a SecureString, such as <c>(Get-Secret consul)</c> or <c>(Read-Host -AsSecureString)</c>, or a PSCredential whose
    /// password it is. Plain text is refused: it would stay in the history and in transcripts.
    /// </summary>
    [Parameter]
    [Secret]
    [ArgumentCompleter(typeof(TokenCompleter))]
    public SecureString? Token { get; set; }

    /// <summary>A file that holds the SecretID. It counts before -Token.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TokenFile { get; set; }

    /// <summary>PEM file of the authorities to trust instead of the machine's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CertificateCompleter))]
    public string? CACertificate { get; set; }

    /// <summary>Folder of such PEM files.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CAPath { get; set; }

    /// <summary>PEM or PFX file, or the thumbprint of a certificate in the user's or machine's store.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CertificateCompleter))]
    public string? ClientCertificate { get; set; }

    /// <summary>PEM file of the client certificate's private key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CertificateCompleter))]
    public string? ClientKey { get; set; }

    /// <summary>Password of the PFX file or of the encrypted key.</summary>
    [Parameter]
    [Secret(MayBeEmpty = true)]
    [ArgumentCompleter(typeof(TokenCompleter))]
    public SecureString? ClientCertificatePassword { get; set; }

    /// <summary>Name to ask for and to check in the agent's certificate instead of the address's host.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TlsServerName { get; set; }

    /// <summary>Accepts any certificate of the agent. Always reported as a finding.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>Asks the CA, at the address in the agent's certificate, whether that was revoked. Consul's own clients never do.</summary>
    [Parameter]
    public SwitchParameter CheckRevocation { get; set; }

    /// <summary>Datacenter of every request.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DatacenterCompleter))]
    public string? Datacenter { get; set; }

    /// <summary>Enterprise namespace.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? Namespace { get; set; }

    /// <summary>Enterprise admin partition.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PartitionCompleter))]
    public string? Partition { get; set; }

    /// <summary>HTTP proxy to use, for loopback addresses too.</summary>
    [Parameter]
    [ValidateNotNull]
    public Uri? Proxy { get; set; }

    /// <summary>User and password for the proxy.</summary>
    [Parameter]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>Ignores every proxy variable.</summary>
    [Parameter]
    public SwitchParameter NoProxy { get; set; }

    /// <summary>Time for name, TCP, proxy and TLS of one connection together. Default 3 s.</summary>
    [Parameter]
    [PSDefaultValue(Help = "3s")]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? ConnectTimeout { get; set; }

    /// <summary>Attempts, back-off and time-outs; see New-ConsulRetryPolicy.</summary>
    [Parameter]
    [ValidateNotNull]
    [MadeBy(typeof(ConsulRetryPolicy), "a retry policy", "New-ConsulRetryPolicy")]
    public ConsulRetryPolicy? RetryPolicy { get; set; }

    /// <summary>Connections to the agent at most, 1 to 200; default 64. Consul refuses more than 200 from one address.</summary>
    [Parameter]
    [WholeNumber("a number of connections: give a whole number from 1 to 200")]
    [ValidateRange(1, 200)]
    public int MaxConnections { get; set; } = 64;

    /// <summary>
    /// A file that gets a line of JSON for each write: time, operation id, key, outcome, code, attempts, durations; never a value or a token. Without it
    /// <c>CONSULKV_LOG_PATH</c> counts. Several sessions and processes may share it; about_ConsulKvTelemetry says what is in it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <summary>Bytes, 65,536 (64 KB) to 1,099,511,627,776 (1 TB), beyond which the write log is put aside: x.log becomes x.1.log. Default 10 MB.</summary>
    [Parameter]
    [PSDefaultValue(Help = "10MB")]
    [WholeNumber("a number of bytes: give a whole number from 65536 to 1TB, such as 10MB", IsLong = true)]
    [ValidateRange(65536, 1_099_511_627_776)]
    public long LogMaximumSize { get; set; } = 10 * 1024 * 1024;

    /// <summary>Files of the write log that are kept, the current one included, 1 to 1000.</summary>
    [Parameter]
    [WholeNumber("a number of files: give a whole number from 1 to 1000")]
    [ValidateRange(1, 1000)]
    public int LogFiles { get; set; } = 5;

    /// <summary>A name to find the session by; its address when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Makes it the session of commands without -Session, in this runspace.</summary>
    [Parameter]
    public SwitchParameter Default { get; set; }

    /// <summary>
    /// Marks the session for <c>Invoke-ConsulFaultDrill</c>, which breaks requests on purpose and refuses sessions without this mark. Commands that are given the
    /// session outside of a drill work as with any other.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowFaultDrill { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            var session = ConsulKvSession.Create(Options(), ConsulEnvironment.OfThisProcess());
            RunspaceSessions.Current.Add(session);
            if (Default) RunspaceSessions.Current.Default = session;
            foreach (var finding in session.ConfigurationFindings.Where(finding => finding.Severity == FindingSeverity.Warning))
                WriteWarning(FindingErrors.Warning(finding));
            WriteObject(session);
        }
        catch (ConsulException invalid)
        {
            ThrowTerminatingError(FindingErrors.Create(invalid.Finding, Address, invalid));
        }
    }

    private ConsulSessionOptions Options() => new()
    {
        Address = Address,
        Token = Token is null ? null : new ConsulSecret(Token),
        TokenFile = FilePaths.Resolve(this, TokenFile, "-TokenFile"),
        CACertificate = FilePaths.Resolve(this, CACertificate, "-CACertificate"),
        CAPath = FilePaths.Resolve(this, CAPath, "-CAPath"),
        ClientCertificate = FilePaths.ResolveCertificate(this, ClientCertificate, "-ClientCertificate"),
        ClientKey = FilePaths.Resolve(this, ClientKey, "-ClientKey"),
        ClientCertificatePassword = ClientCertificatePassword is null ? null : new ConsulSecret(ClientCertificatePassword),
        TlsServerName = TlsServerName,
        SkipCertificateCheck = MyInvocation.BoundParameters.ContainsKey(nameof(SkipCertificateCheck)) ? SkipCertificateCheck.ToBool() : null,
        CheckRevocation = CheckRevocation,
        Datacenter = Datacenter,
        Namespace = Namespace,
        Partition = Partition,
        Proxy = Proxy,
        ProxyCredential = ProxyCredential?.GetNetworkCredential(),
        NoProxy = NoProxy,
        ConnectTimeout = ConnectTimeout,
        RetryPolicy = RetryPolicy,
        MaxConnections = MaxConnections,
        LogPath = FilePaths.Resolve(this, LogPath, "-LogPath"),
        LogMaximumSize = MyInvocation.BoundParameters.ContainsKey(nameof(LogMaximumSize)) ? LogMaximumSize : null,
        LogFiles = MyInvocation.BoundParameters.ContainsKey(nameof(LogFiles)) ? LogFiles : null,
        AllowFaultDrill = AllowFaultDrill,
        Name = Name,
    };
}
