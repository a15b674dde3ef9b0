namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>What the client was told: nothing is sent.</summary>
internal sealed class ConfigurationProbe : IProbe
{
    public string Name => "Configuration";

    public ConsulLayer Layer => ConsulLayer.Configuration;

    public ConsulLayer? Needs => null;

    public Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var session = context.Session;
        var source = session.Configuration.First(setting => setting.Name == "Address").Source;
        var summary = $"{session.Address} ({source}), {(session.HasToken ? "with a token" : "without a token")}";
        var result = ProbeResults.From(summary, session.ConfigurationFindings,
            ("Address", session.Address), ("AddressSource", source), ("HasToken", session.HasToken), ("TokenFingerprint", session.TokenFingerprint),
            ("Datacenter", session.Datacenter), ("Namespace", session.Namespace), ("Proxy", session.Target.Proxy?.Address.ToString()));
        // A wrong token file does not keep the network from being looked at; an unusable address does.
        return Task.FromResult(result with { Blocks = !session.CanConnect });
    }
}
