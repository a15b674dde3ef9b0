using ConsulKvTools.Diagnosis.Host;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Which probes there are.</summary>
internal static class ProbeList
{
    /// <summary>From the client's configuration to an HTTP answer.</summary>
    public static IReadOnlyList<IProbe> Connectivity { get; } =
    [
        new ConfigurationProbe(), new NameProbe(), new ConnectProbe(), new ProxyProbe(), new TlsProbe(), new PortProbe(), new AddressesProbe(), new HttpProbe(), new PathProbe(),
    ];

    /// <summary>The whole way of a write.</summary>
    public static IReadOnlyList<IProbe> All { get; } =
    [
        .. Connectivity, new HostProbe(HostFiles.OfThisMachine), new ProcessProbe(HostFiles.OfThisMachine), new SocketsProbe(HostFiles.OfThisMachine), new AgentDiskProbe(),
        new AgentProbe(), new ClusterProbe(), new AclProbe(), new KeyNameProbe(), new KeyProbe(), new WriteProbe(), new CanaryProbe(),
    ];

    /// <summary>The whole way, and what else was asked for.</summary>
    public static IReadOnlyList<IProbe> For(DiagnosisRequest request) => request.IdleTime is null ? All : [.. All, new IdleProbe()];
}
