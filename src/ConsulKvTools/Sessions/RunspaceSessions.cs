using System.Globalization;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using System.Text;
using ConsulKvTools.Completion;

namespace ConsulKvTools.Commands;

/// <summary>The sessions of one runspace. Runspaces do not share a default: what one script chose must not redirect another's writes.</summary>
internal sealed class RunspaceSessions
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceSessions> All = new();

    private readonly List<ConsulKvSession> made = [];
    private readonly Dictionary<string, (string Fingerprint, ConsulKvSession Session)> ofEnvironment = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConsulKvSession> ofPictures = new(StringComparer.Ordinal);
    private ConsulKvSession? preferred;

    /// <summary>Those of the runspace whose pipeline thread this is.</summary>
    public static RunspaceSessions Current => All.GetOrCreateValue(Runspace.DefaultRunspace);

    /// <summary>What completion asked of agents here.</summary>
    public PendingLooks Looks { get; } = new(TimeSpan.FromMilliseconds(200), TimeProvider.System);

    /// <summary>What commands without -Session use; null when there is none, or it was removed.</summary>
    public ConsulKvSession? Default
    {
        get => preferred is { IsDisposed: false } ? preferred : null;
        set => preferred = value;
    }

    /// <summary>The sessions made here and not removed, oldest first.</summary>
    public IReadOnlyList<ConsulKvSession> Made
    {
        get
        {
            made.RemoveAll(session => session.IsDisposed);
            return made.ToArray();
        }
    }

    /// <summary>As <see cref="Made"/>, and the default, which another of its name may have taken the place of.</summary>
    public IEnumerable<ConsulKvSession> Known => Default is { } chosen ? Made.Append(chosen).Distinct() : Made;

    /// <summary>Remembers a session; one of the same name is no longer listed, but those who hold it may go on using it.</summary>
    public void Add(ConsulKvSession session)
    {
        made.RemoveAll(other => string.Equals(other.Name, session.Name, StringComparison.OrdinalIgnoreCase));
        made.Add(session);
    }

    /// <summary>The session of this name, in any letter case; null when there is none. One that was given no name is called by its address.</summary>
    public ConsulKvSession? Find(string name) => Made.FirstOrDefault(session => string.Equals(session.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Forgets a session.</summary>
    public void Remove(ConsulKvSession session)
    {
        made.Remove(session);
        if (preferred == session) preferred = null;
    }

    /// <summary>
    /// The session that the <c>CONSUL_*</c> environment of this moment describes. While nothing changes there it stays the same one, so that
    /// its connections are used again.
    /// </summary>
    /// <param name="address">An address to use instead of the environment's; null for the environment's own.</param>
    /// <exception cref="ConsulException">A setting cannot even be looked at.</exception>
    public ConsulKvSession OfEnvironment(string? address)
    {
        var environment = ConsulEnvironment.OfThisProcess();
        var fingerprint = FingerprintOf(environment);
        var slot = address ?? "";
        if (ofEnvironment.TryGetValue(slot, out var kept) && kept.Fingerprint == fingerprint && !kept.Session.IsDisposed) return kept.Session;
        var session = ConsulKvSession.CreateForDiagnosis(new ConsulSessionOptions { Address = address }, environment);
        ofEnvironment[slot] = (fingerprint, session);
        return session;
    }

    /// <summary>The session made of a saved one, the same at each use, so that its connections are used again.</summary>
    /// <param name="id">The saved session's id.</param>
    /// <param name="make">Makes it.</param>
    public ConsulKvSession OfPicture(string id, Func<ConsulKvSession> make)
    {
        if (ofPictures.TryGetValue(id, out var kept) && !kept.IsDisposed) return kept;
        return ofPictures[id] = make();
    }

    /// <summary>All that the environment says to a client, and the age of the files it names: a rotated token is another token.</summary>
    private static string FingerprintOf(ConsulEnvironment environment)
    {
        var text = new StringBuilder();
        foreach (var name in environment.ConsulNames.Concat(OtherVariables))
        {
            if (environment[name] is not { } value) continue;
            text.Append(name).Append('=').Append(value).Append('\n');
            if (name.EndsWith("_FILE", StringComparison.Ordinal) || name.EndsWith("CERT", StringComparison.Ordinal) || name.EndsWith("KEY", StringComparison.Ordinal))
                text.Append(File.GetLastWriteTimeUtc(value).Ticks.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }
        return text.ToString();
    }

    private static readonly string[] OtherVariables = [ConsulKvTools.Sessions.SessionConfiguration.LogVariable, "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];
}
