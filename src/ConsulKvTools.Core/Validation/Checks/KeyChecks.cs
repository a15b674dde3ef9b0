using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Validation.Checks;

/// <summary>Keys that must or must not be there, and what stands in them.</summary>
internal static class KeyChecks
{
    public static async Task<ConsulFinding?> KeyAsync(EnvironmentAgent agent, EnvironmentToken? token, string key, bool exists, ValueRules rules, EnvironmentCheckContext context, CancellationToken cancellation)
    {
        using var session = agent.OpenUsable(token);
        var read = await new KvReader(session).GetAsync(key, ConsulConsistency.Default, cancellation).ConfigureAwait(false);
        return read.State switch
        {
            KvReadState.Found when !exists => ConsulFinding.Create("Expect.KeyPresent", ("key", Printable.Text(key)), ("address", session.Address), ("agent", agent.Name)),
            KvReadState.Found => await rules.ProblemAsync(read.Entry!, context).ConfigureAwait(false) is { } problem ? Differs(session, key, problem) : null,
            KvReadState.Missing when !exists => null,
            _ => read.Finding,
        };
    }

    public static async Task<ConsulFinding?> PrefixAsync(
        EnvironmentAgent agent, EnvironmentToken? token, string prefix, int least, int? most, ValueRules rules, EnvironmentCheckContext context, CancellationToken cancellation)
    {
        using var session = agent.OpenUsable(token);
        var answer = new ListingAnswer();
        var count = 0;
        await foreach (var entry in new KvReader(session).ListAsync(prefix, ConsulConsistency.Default, answer.Take, cancellation).ConfigureAwait(false))
        {
            count++;
            if (!entry.Key.EndsWith("/", StringComparison.Ordinal) && await rules.ProblemAsync(entry, context).ConfigureAwait(false) is { } problem) return Differs(session, entry.Key, problem);
        }
        if (answer.Hidden is { } hidden) return hidden;
        return count >= least && !(count > most) ? null
            : ConsulFinding.Create("Expect.KeyCount", ("prefix", Printable.Text(prefix)), ("count", count), ("wanted", most is null ? $"{least} or more" : most == least ? $"{least}" : $"{least} to {most}"), ("address", session.Address));
    }

    private static ConsulFinding Differs(ConsulKvSession session, string key, string problem) =>
        ConsulFinding.Create("Expect.ValueDiffers", ("key", Printable.Text(key)), ("problem", problem), ("address", session.Address));
}
