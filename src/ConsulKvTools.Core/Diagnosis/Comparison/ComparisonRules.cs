namespace ConsulKvTools.Diagnosis;

/// <summary>What counts as a change and what as noise, and what can explain what.</summary>
internal static class ComparisonRules
{
    /// <summary>A probe that takes this many times as long is clearly slower, if <see cref="SlowerBy"/> holds too.</summary>
    public const int SlowerTimes = 3;

    /// <summary>Below this difference a first connection, or a busy machine, explains it.</summary>
    public static readonly TimeSpan SlowerBy = TimeSpan.FromMilliseconds(500);

    private static readonly ConsulLayer[] Reaching = [ConsulLayer.Name, ConsulLayer.Transport, ConsulLayer.Tls, ConsulLayer.Http];
    private static readonly ConsulLayer[] Behind = [ConsulLayer.Agent, ConsulLayer.Cluster, ConsulLayer.Acl, ConsulLayer.Key, ConsulLayer.Write];
    private static readonly ConsulLayer[] Rights = [ConsulLayer.Agent, ConsulLayer.Acl, ConsulLayer.Key, ConsulLayer.Write];

    /// <summary>Settings, the layer each acts on, and the layers in which it can be what is wrong.</summary>
    private static readonly Dictionary<string, (ConsulLayer Layer, ConsulLayer[] Explains)> Settings = new(StringComparer.Ordinal)
    {
        ["Address"] = (ConsulLayer.Name, [.. Reaching, .. Behind]),
        ["Proxy"] = (ConsulLayer.Transport, Reaching),
        ["ConnectTimeout"] = (ConsulLayer.Transport, Reaching),
        ["CACertificate"] = (ConsulLayer.Tls, [ConsulLayer.Tls]),
        ["CAPath"] = (ConsulLayer.Tls, [ConsulLayer.Tls]),
        ["ClientCertificate"] = (ConsulLayer.Tls, [ConsulLayer.Tls, ConsulLayer.Http]),
        ["ClientKey"] = (ConsulLayer.Tls, [ConsulLayer.Tls, ConsulLayer.Http]),
        ["TlsServerName"] = (ConsulLayer.Tls, [ConsulLayer.Tls]),
        ["SkipCertificateCheck"] = (ConsulLayer.Tls, [ConsulLayer.Tls]),
        ["Token"] = (ConsulLayer.Acl, Rights),
        ["Datacenter"] = (ConsulLayer.Cluster, Behind),
        ["Namespace"] = (ConsulLayer.Acl, Behind),
        ["Partition"] = (ConsulLayer.Acl, Behind),
    };

    /// <summary>Facts that reach beyond their own layer. In this order facts of one layer are told: the more telling first.</summary>
    private static readonly (string Name, ConsulLayer[] Explains)[] Facts =
    [
        ("Addresses", Reaching),
        ("ConnectedAddress", Reaching),
        ("CertificateIssuer", [ConsulLayer.Tls]),
        ("CertificateNames", [ConsulLayer.Tls]),
        ("CertificateSubject", [ConsulLayer.Tls]),
        ("CertificateNotAfter", [ConsulLayer.Tls]),
        ("CertificateFingerprint", [ConsulLayer.Tls]),
        ("Node", Behind),
        ("AgentDatacenter", Behind),
        ("Version", Behind),
        ("MaxValueSize", [ConsulLayer.Agent, ConsulLayer.Key, ConsulLayer.Write]),
        ("Leader", [ConsulLayer.Cluster, ConsulLayer.Write]),
        ("ServersAlive", [ConsulLayer.Cluster, ConsulLayer.Write]),
        ("Peers", [ConsulLayer.Cluster, ConsulLayer.Write]),
        ("AclMode", Rights),
        ("TokenAccessor", Rights),
        ("TokenPolicies", Rights),
        ("AclRule", Rights),
        ("AclDecidedBy", Rights),
        ("KeyLockSession", [ConsulLayer.Key, ConsulLayer.Write]),
        ("KeyExists", [ConsulLayer.Key]),
    ];

    /// <summary>Facts that are different every time and mean nothing by themselves.</summary>
    private static readonly HashSet<string> Noise = new(StringComparer.OrdinalIgnoreCase)
    {
        "Attempts", "ServerDate", "LastContact", "KeyModifyIndex", "KeyBytes", "CertificateDaysLeft", "IdleControlAnswers", "SocketStates",
        // Follows from what is compared itself.
        "AclAllowed", "AclMethod",
        // Stands among the settings.
        "Address", "AddressSource", "HasToken", "TokenFingerprint",
    };

    /// <summary>Whether it means something that a fact is there, or is not; of any other it only means that it could not be seen.</summary>
    public static bool MayBeAbsent(string fact) => Same(fact, "KeyLockSession");

    /// <summary>Whether a fact says nothing when it changes.</summary>
    public static bool IsNoise(string name, object? value, ConsulLayer layer) =>
        Noise.Contains(name)
        || value is TimeSpan or double or float
        || (value is DateTime or DateTimeOffset && !name.EndsWith("NotAfter", StringComparison.OrdinalIgnoreCase) && !name.EndsWith("Expires", StringComparison.OrdinalIgnoreCase))
        // Load, memory, free space, counts of sockets: measurements, which have findings of their own where they matter.
        || (layer == ConsulLayer.Host && value is int or long or ulong or uint);

    /// <summary>The layer a setting acts on.</summary>
    public static ConsulLayer LayerOf(string setting) => Settings.TryGetValue(setting, out var row) ? row.Layer : ConsulLayer.Configuration;

    /// <summary>Whether a setting can be why something is wrong in <paramref name="layer"/>.</summary>
    public static bool SettingExplains(string setting, ConsulLayer layer) =>
        layer == ConsulLayer.Configuration || (Settings.TryGetValue(setting, out var row) && row.Explains.Contains(layer));

    /// <summary>Whether a fact can be why something is wrong in <paramref name="layer"/>.</summary>
    public static bool FactExplains(string fact, ConsulLayer own, ConsulLayer layer) =>
        Array.FindIndex(Facts, row => Same(row.Name, fact)) is var index and >= 0 ? Facts[index].Explains.Contains(layer) : own == layer;

    /// <summary>Where a fact stands among those of its layer.</summary>
    public static int OrderOf(string fact) => Array.FindIndex(Facts, row => Same(row.Name, fact)) is var index and >= 0 ? index : Facts.Length;

    /// <summary>A fact's name as it is written here: documents begin names with a small letter.</summary>
    public static string NameOf(string fact) => char.ToUpperInvariant(fact[0]) + fact.Substring(1);

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
