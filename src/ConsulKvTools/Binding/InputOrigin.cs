using System.Management.Automation;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Commands;

/// <summary>
/// The session that an object of the pipeline came from. A session is not handed on down a pipeline: the next command has its own, and what was read in one cluster must not change
/// another without a word.
/// </summary>
internal sealed class InputOrigin
{
    private readonly string name;
    private readonly string? datacenter;
    private readonly ConsulKvSession? session;

    private InputOrigin(string name, string? datacenter, ConsulKvSession? session) => (this.name, this.datacenter, this.session) = (name, datacenter, session);

    /// <summary>Where the object came from; null when it does not say.</summary>
    public static InputOrigin? Of(PSObject? input)
    {
        if (input?.BaseObject is IOfSession known) return known.Session is { Length: > 0 } name ? new InputOrigin(name, (known as ConsulKvDifference)?.Datacenter, known.Origin) : null;
        if (input?.BaseObject is not PSCustomObject) return null;
        // In what Consul's API itself gives the field of this name is the lock session, an id.
        return input.Properties[nameof(IOfSession.Session)]?.Value is string { Length: > 0 } said && !Guid.TryParse(said, out _)
            ? new InputOrigin(said, input.Properties[nameof(ConsulKvDifference.Datacenter)]?.Value as string, null) : null;
    }

    /// <summary>True when the object is of the store that <paramref name="active"/> talks to.</summary>
    public bool IsOf(ConsulKvSession active) =>
        session is not null ? session.IsSamePlace(active) : IsCalled(active) && (datacenter is null || datacenter == active.Datacenter);

    /// <summary>The session itself: the one the object was read with, else the one of its name here; null when there is none.</summary>
    public ConsulKvSession? Find(RunspaceSessions sessions) =>
        session is { IsDisposed: false, Drill: null } ? session.Unobserved : sessions.Known.LastOrDefault(other => IsCalled(other) && session?.IsSamePlace(other) != false);

    /// <summary>For people.</summary>
    public override string ToString() => Shown(name, session is null ? datacenter : session.Datacenter);

    /// <summary>A session for people, as <see cref="ToString"/> shows that of an object.</summary>
    public static string Shown(ConsulKvSession session) => Shown(session.Name, session.Datacenter);

    private static string Shown(string name, string? datacenter) => $"'{Printable.Text(name, 80)}'{(datacenter is null ? "" : $" (datacenter {Printable.Text(datacenter, 40)})")}";

    private bool IsCalled(ConsulKvSession other) => string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase);
}
