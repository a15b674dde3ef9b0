using ConsulKvTools.Kv;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Whether the key can be sent as it is. Asks nobody, so that it can be told however broken the way is.</summary>
internal sealed class KeyNameProbe : IProbe
{
    public string Name => "KeyName";

    public ConsulLayer Layer => ConsulLayer.Key;

    public ConsulLayer? Needs => null;

    public Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        if (context.Request.Key is not { } key) return Task.FromResult(ProbeResults.Skipped("no key was given"));
        var problem = KvKey.Check(key, context.Request.Operation is AclOperation.List or AclOperation.DeleteRecurse);
        return Task.FromResult(problem is null
            ? ProbeResults.From($"{Printable.Text(key, 80)} can be sent as it is", []) : ProbeResults.From(problem.Title, [problem]));
    }
}
