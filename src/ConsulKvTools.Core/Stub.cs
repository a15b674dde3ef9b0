namespace ConsulKvTools.Diagnosis.Probes;
    internal abstract class SkipProbe(string name, ConsulLayer layer) : IProbe
    {
        public string Name => name;
        public ConsulLayer Layer => layer;
        public ConsulLayer? Needs => null;
        public Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation) => Task.FromResult(ProbeResults.Skipped("not there yet"));
    }
    internal sealed class NameProbe() : SkipProbe("Name", ConsulLayer.Name);
    internal sealed class ConnectProbe() : SkipProbe("Tcp", ConsulLayer.Transport);
    internal sealed class ProxyProbe() : SkipProbe("Proxy", ConsulLayer.Transport);
    internal sealed class TlsProbe() : SkipProbe("Tls", ConsulLayer.Tls);
    internal sealed class PortProbe() : SkipProbe("Port", ConsulLayer.Http);
