using ConsulKvTools.Diagnosis.Transport;

namespace ConsulKvTools.Diagnosis;

/// <summary>What a probe is doing while it runs, in a few words for people.</summary>
internal static class ProbeActivity
{
    /// <summary>The words for <paramref name="probe"/>, as far as is known when it begins.</summary>
    public static string Of(IProbe probe, ProbeContext context)
    {
        var target = context.Session.Target;
        var agent = target.Endpoint.Authority;
        return probe switch
        {
            ILongProbe patient => patient.Doing(context),
            { Layer: ConsulLayer.Configuration } => "checking the settings",
            { Layer: ConsulLayer.Host } => "looking at this machine",
            { Layer: ConsulLayer.Name } => $"resolving {target.Endpoint.Host}",
            { Layer: ConsulLayer.Transport } when target.Proxy is { } proxy && target.Endpoint.SocketPath is null => $"connecting through the proxy {proxy.Address}",
            { Layer: ConsulLayer.Transport } => $"connecting to {AddressOf(context) ?? agent}",
            { Layer: ConsulLayer.Tls } when !target.Endpoint.UseTls => "checking the TLS settings",
            { Layer: ConsulLayer.Tls } => $"TLS handshake with {agent}",
            { Layer: ConsulLayer.Http } => $"waiting for an answer from {agent}",
            { Layer: ConsulLayer.Agent } => "asking the agent for its settings",
            { Layer: ConsulLayer.Cluster } => "asking for leader and servers",
            { Layer: ConsulLayer.Acl } => "asking what the token may do",
            { Layer: ConsulLayer.Key } => "reading the key",
            _ => "waiting for a commit",
        };
    }

    private static string? AddressOf(ProbeContext context) => context.Facts.Find<ResolvedAddresses>()?.Addresses switch
    {
        { Count: 1 } single => new System.Net.IPEndPoint(single[0], context.Session.Target.Endpoint.Port).ToString(),
        { Count: > 1 } several => $"{several.Count} addresses of {context.Session.Target.Endpoint.Authority}",
        _ => null,
    };
}
