namespace ConsulKvTools.Logs.Reading;

/// <summary>The parts of Consul by which its lines are known: <c>agent</c> and what is below it, before 1.7 each part by its own name.</summary>
internal static class ConsulModules
{
    private static readonly string[] Roots = ["agent", "consul", "raft", "serf", "memberlist", "yamux", "autopilot", "http", "dns", "acl", "snapshot", "manager"];

    /// <summary>True for <c>agent.server.raft</c> or <c>raft</c>, false for another program's <c>nomad.raft</c>.</summary>
    public static bool Has(ReadOnlySpan<char> module)
    {
        var end = module.IndexOf('.');
        var root = end < 0 ? module : module.Slice(0, end);
        foreach (var known in Roots)
            if (root.Equals(known.AsSpan(), StringComparison.Ordinal)) return true;
        return false;
    }
}
