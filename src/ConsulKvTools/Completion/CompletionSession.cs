using System.Globalization;
using System.Security;

namespace ConsulKvTools.Commands;

/// <summary>
/// The session that the command at the prompt is going to use. To an address that is merely typed goes what was typed along with it, but no
/// token of the environment: a key pressed is no consent to send that anywhere but where the environment says.
/// </summary>
internal sealed class CompletionSession
{
    private static readonly string[] EnvironmentSecrets = ["CONSUL_HTTP_TOKEN", "CONSUL_HTTP_TOKEN_FILE", "CONSUL_HTTP_AUTH"];

    private readonly ConsulKvSession session;
    private readonly bool isTemporary;

    private CompletionSession(ConsulKvSession session, bool isTemporary) => (this.session, this.isTemporary) = (session, isTemporary);

    /// <summary>Where the answers come from, for tooltips.</summary>
    public string Address => Printable.Text(session.Address, 80);

    /// <summary>The session; null when it cannot be told, or cannot be used.</summary>
    public static CompletionSession? Of(CompletionQuestion question)
    {
        var found = question.Command == "New-ConsulKvSession" ? Described(question) : Chosen(question);
        return found is { session: { IsDisposed: false, CanConnect: true } } ? found : null;
    }

    /// <summary>Asks the agent; null when there is no answer at once.</summary>
    /// <param name="what">Tells the question from others to the same agent.</param>
    /// <param name="look">Asks it.</param>
    public T? Ask<T>(string what, Func<ConsulKvSession, CancellationToken, Task<T>> look)
        where T : class
    {
        var who = isTemporary ? string.Join("\n", session.Address, session.Datacenter, session.Namespace, session.Partition, session.TokenFingerprint) : session.Id.ToString("N", CultureInfo.InvariantCulture);
        return RunspaceSessions.Current.Looks.Ask(who + "\n" + what, async cancellation =>
        {
            try
            {
                return await look(session, cancellation).ConfigureAwait(false);
            }
            finally
            {
                if (isTemporary) session.Dispose();
            }
        });
    }

    private static CompletionSession? Chosen(CompletionQuestion question)
    {
        var sessions = RunspaceSessions.Current;
        switch (question.ValueOf("Session"))
        {
            case ConsulKvSession given:
                return new CompletionSession(given, isTemporary: false);
            case string { Length: > 0 } text:
                return sessions.Find(text) is { } named && named.Name != named.Address ? new CompletionSession(named, isTemporary: false) : Temporary(new ConsulSessionOptions { Address = text });
            case Uri address:
                return Temporary(new ConsulSessionOptions { Address = address.OriginalString });
            case null when !question.Mentions("Session"):
                return new CompletionSession(sessions.Default ?? sessions.OfEnvironment(null), isTemporary: false);
            default:
                // Keys of another store than the command's would be worse than none.
                return null;
        }
    }

    /// <summary>What New-ConsulKvSession is being told.</summary>
    private static CompletionSession Described(CompletionQuestion question) => Temporary(new ConsulSessionOptions
    {
        Address = question.TextOf("Address"),
        Token = question.ValueOf("Token") switch
        {
            SecureString secure => new ConsulSecret(secure),
            System.Management.Automation.PSCredential credential => new ConsulSecret(credential.Password),
            _ => null,
        },
        TokenFile = PathOf(question, "TokenFile"),
        CACertificate = PathOf(question, "CACertificate"),
        CAPath = PathOf(question, "CAPath"),
        ClientCertificate = PathOf(question, "ClientCertificate"),
        ClientKey = PathOf(question, "ClientKey"),
        ClientCertificatePassword = question.ValueOf("ClientCertificatePassword") is SecureString password ? new ConsulSecret(password) : null,
        TlsServerName = question.TextOf("TlsServerName"),
        Proxy = question.TextOf("Proxy") is { } proxy ? new Uri(proxy) : null,
        NoProxy = question.Mentions("NoProxy"),
        // Nobody is asked whether an unverified agent may be believed: names for the prompt are all it gives.
        SkipCertificateCheck = question.Mentions("SkipCertificateCheck") ? true : null,
    });

    private static CompletionSession Temporary(ConsulSessionOptions options)
    {
        var environment = ConsulEnvironment.OfThisProcess();
        return new CompletionSession(ConsulKvSession.CreateForDiagnosis(options, options.Address is null ? environment : environment.Without(EnvironmentSecrets)), isTemporary: true);
    }

    private static string? PathOf(CompletionQuestion question, string parameter) => question.TextOf(parameter) is { } path ? RunspaceVariables.FullPath(path) : null;
}
