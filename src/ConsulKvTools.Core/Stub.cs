namespace ConsulKvTools.Diagnosis.Probes;
    internal abstract class SkipProbe(string name, ConsulLayer layer) : IProbe
    {
        public string Name => name;
        public ConsulLayer Layer => layer;
        public ConsulLayer? Needs => null;
        public Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation) => Task.FromResult(ProbeResults.Skipped("not there yet"));
    }
    internal sealed class ProxyProbe() : SkipProbe("Proxy", ConsulLayer.Transport);
