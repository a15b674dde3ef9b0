using System.Text;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Writes, reads and removes one key of its own. The only probe that changes data, and only when asked to.</summary>
internal sealed class CanaryProbe : IProbe
{
    public string Name => "Canary";

    public ConsulLayer Layer => ConsulLayer.Write;

    public ConsulLayer? Needs => ConsulLayer.Cluster;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        if (context.Request.CanaryPrefix is not { } prefix) return ProbeResults.Skipped("not asked for: -Canary writes, reads and removes a key");
        var key = prefix.TrimEnd('/') + "/consulkvtools-canary-" + Guid.NewGuid().ToString("N");
        var value = Encoding.UTF8.GetBytes(context.Time.GetUtcNow().ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        var writer = new KvWriter(context.Session);
        var written = await writer.WriteAsync(new ConsulKvWrite { Key = key, Value = value }, cancellation).ConfigureAwait(false);
        if (written.Outcome != ConsulKvOutcome.Written)
            return ProbeResults.From($"{written.Outcome}: {written.Message}", written.Finding is { } why ? [why] : []);
        var findings = new List<ConsulFinding>();
        try
        {
            var read = await new KvReader(context.Session).GetAsync(key, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
            if (read.State == KvReadState.Missing) findings.Add(ConsulFinding.Create("Outcome.DeletedByOther", ("key", key)));
            else if (read.Entry is { } entry && !entry.Bytes.AsSpan().SequenceEqual(value)) findings.Add(ConsulFinding.Create("Outcome.OverwrittenByOther", ("key", key)));
        }
        catch (ConsulException unread)
        {
            findings.Add(unread.Finding);
        }
        var removed = await writer.WriteAsync(new ConsulKvWrite { Key = key, Kind = ConsulKvWriteKind.Delete }, CancellationToken.None).ConfigureAwait(false);
        if (removed.Outcome is not (ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged) && removed.Finding is { } left) findings.Add(left);
        return ProbeResults.From($"{key} written in {DiagnosisText.Time(written.Duration)}, read and removed", findings, ("CanaryKey", key), ("CanaryWriteTime", written.Duration));
    }
}
