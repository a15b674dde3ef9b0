namespace ConsulKvTools.Diagnosis;

/// <summary>
/// Chooses the root cause among the findings and marks what follows from it. The earliest layer wins, with two exceptions that are
/// data: a finding may be explained by an odd setting that is no error by itself, and a general code by a more exact one.
/// </summary>
internal static class RootCause
{
    /// <summary>What explains what. A name that ends with a dot stands for every code of its area.</summary>
    private static readonly (string Explanation, string[] Explained)[] Explanations =
    [
        ("Config.AddrMissing", ["Tcp.", "Http.NotConsul"]),
        ("Config.AddrNoPort", ["Tcp.", "Tls.", "Port.", "Http."]),
        ("Config.AddrBasePath", ["Http.", "Key.WrongApiPath"]),
        ("Config.SslTrueUpgradesHttp", ["Tls.PlainHttpOnPort"]),
        ("Config.SslFalseIgnoredForHttps", ["Tls.PlainHttpOnPort"]),
        ("Config.SslNotBool", ["Http.TlsRequired"]),
        ("Config.TokenBom", ["Acl.", "Config.TokenInClear"]),
        ("Config.TokenQuotedOrCase", ["Acl."]),
        ("Config.TokenFileMissing", ["Acl.AnonymousDenied", "Acl.AgentDefaultTokenBad"]),
        ("Config.TokenFileEmpty", ["Acl.AnonymousDenied", "Acl.AgentDefaultTokenBad"]),
        ("Config.TokenFileUnreadable", ["Acl.AnonymousDenied", "Acl.AgentDefaultTokenBad"]),
        ("Config.TokenFileBeatsEnv", ["Acl.TokenNotFound", "Acl.TokenMalformed"]),
        ("Config.BasicAuthIgnored", ["Proxy.AuthenticationRequired"]),
        ("Tls.ClientClockSkew", ["Tls.CertificateNotYetValid", "Tls.CertificateExpired"]),
        // What this machine lacks explains what fails for want of it; what the server says of its own disk beats what is seen from outside.
        ("Host.EphemeralPortsExhausted", ["Tcp.LocalPortsExhausted"]),
        ("Host.CloseWaitLeak", ["Host.OpenFilesExhausted"]),
        ("Host.OpenFilesExhausted", ["Tcp.TooManyOpenSockets"]),
        ("Host.SystemOpenFilesExhausted", ["Tcp.TooManyOpenSockets"]),
        ("Host.ConntrackFull", ["Tcp.Timeout"]),
        ("Host.ConnectionsNotAccepted", ["Host.SendQueueStuck", "Host.ConnectUnanswered"]),
        ("Host.ProcessStopped", ["Host.ReceiveQueueUnread", "Host.CloseWaitLeak"]),
        ("Tcp.", ["Host.ConnectUnanswered"]),
        ("Storage.DiskFull", ["Host.DiskFull", "Host.DiskNearlyFull", "Host.DiskInodesExhausted"]),
        ("Storage.ReadOnlyFs", ["Host.ReadOnlyFileSystem"]),
        ("Host.DiskFull", ["Cluster."]),
        ("Host.DiskInodesExhausted", ["Cluster."]),
        ("Host.ReadOnlyFileSystem", ["Cluster."]),
        // Who really answers on the port explains how TLS or HTTP with it failed.
        ("Port.", ["Tls.", "Http.", "Tcp.ClosedOnAccept"]),
        ("Http.TlsRequired", ["Http.NotConsul", "Http.UnexpectedStatus"]),
        ("Tls.PlainHttpOnPort", ["Http."]),
        ("Tcp.ClosedOnAccept", ["Http.EmptyReply", "Http.Reset", "Tls.ClosedAtClientHello"]),
        ("Limit.", ["Http.EmptyReply", "Http.Reset", "Tcp.ClosedOnAccept"]),
        ("Storage.", ["Cluster.", "Rpc.", "Http.ServerError", "Outcome."]),
        ("Cluster.", ["Rpc.", "Http.ResponseTimeout", "Http.ServerError", "Outcome.", "Probe."]),
        ("Rpc.", ["Cluster.NoLeader", "Cluster.LeaderUnknown", "Http.ResponseTimeout", "Outcome."]),
        ("Wan.", ["Rpc.", "Cluster.", "Outcome."]),
        ("Cluster.QuorumLost", ["Cluster.NoLeader", "Cluster.LeaderUnknown", "Cluster.ElectionInProgress"]),
        ("Cluster.NeverBootstrapped", ["Cluster.NoLeader", "Cluster.LeaderUnknown"]),
        ("Cluster.LeaderFrozen", ["Cluster.NoLeader", "Cluster.LeaderUnknown"]),
        // An exact reason for a denial, or for one side of it, makes the general one its consequence.
        ("Acl.", ["Acl.PermissionDenied", "Acl.AnonymousDenied", "Acl.TokenNotFound", "Key.Forbidden"]),
        ("Key.", ["Agent.UnprintableFilter", "Key.WrongApiPath", "Http.UnexpectedStatus", "Http.RedirectRefused"]),
    ];

    /// <summary>General codes lose against any other of their area, so they cannot explain it.</summary>
    private static readonly HashSet<string> General = ["Acl.PermissionDenied", "Cluster.NoLeader", "Cluster.LeaderUnknown"];

    /// <summary>The findings with the root cause first, then by severity and layer, consequences last and marked with what explains them.</summary>
    public static IReadOnlyList<ConsulFinding> Order(IReadOnlyList<ConsulFinding> found)
    {
        var findings = found.GroupBy(finding => finding.Code, StringComparer.Ordinal)
            .Select(same => same.OrderByDescending(finding => finding.Evidence.Count).First()).ToList();
        var blockers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var finding in findings.Where(finding => finding.Severity > FindingSeverity.Info))
            if (ExplanationOf(finding, findings) is { } explanation) blockers[finding.Code] = explanation.Code;
        for (var index = 0; index < findings.Count; index++)
        {
            var finding = findings[index];
            if (blockers.TryGetValue(finding.Code, out var blocker)) findings[index] = finding with { BlockedBy = End(blocker, blockers) };
            // What explains an error is what has to be mended: it weighs as much.
            else if (blockers.ContainsValue(finding.Code) && findings.Exists(other => blockers.TryGetValue(other.Code, out var by) && by == finding.Code && other.Severity > finding.Severity))
                findings[index] = finding with { Severity = FindingSeverity.Error };
        }
        return findings.OrderBy(finding => finding.BlockedBy is not null)
            .ThenByDescending(finding => finding.Severity)
            .ThenBy(finding => finding.Layer)
            .ToArray();
    }

    private static ConsulFinding? ExplanationOf(ConsulFinding finding, List<ConsulFinding> all)
    {
        foreach (var (explanation, explained) in Explanations)
        {
            if (!Array.Exists(explained, name => Matches(finding.Code, name))) continue;
            var exact = all.Find(other => other.Code != finding.Code && Matches(other.Code, explanation)
                && (!explanation.EndsWith(".", StringComparison.Ordinal) || (other.Severity >= finding.Severity && !General.Contains(other.Code)))
                && !IsGeneralDenial(other.Code, finding.Code));
            if (exact is not null) return exact;
        }
        return null;
    }

    /// <summary>Of two general denials the one about the token explains the bare one, never the other way round.</summary>
    private static bool IsGeneralDenial(string explanation, string explained) =>
        explained is "Acl.AnonymousDenied" or "Acl.TokenNotFound" && explanation is "Acl.PermissionDenied" or "Key.Forbidden";

    private static string End(string code, Dictionary<string, string> blockers)
    {
        for (var hops = 0; hops < blockers.Count && blockers.TryGetValue(code, out var next); hops++) code = next;
        return code;
    }

    private static bool Matches(string code, string name) =>
        name.EndsWith(".", StringComparison.Ordinal) ? code.StartsWith(name, StringComparison.Ordinal) : code == name;
}
