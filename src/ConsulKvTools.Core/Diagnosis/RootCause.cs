namespace ConsulKvTools.Diagnosis;

/// <summary>
/// Chooses the root cause among the findings and marks what follows from it. The earliest layer wins, with two exceptions that are
/// data: a finding may be explained by an odd setting that is no error by itself, and a general code by a more exact one. Faults that
/// merely meet stand side by side: an explanation names what it explains, and where keys or times decide, they are compared.
/// </summary>
internal static class RootCause
{
    private static readonly string[] NotReached =
        ["Tcp.Refused", "Tcp.Timeout", "Tcp.HostUnreachable", "Tcp.NetworkUnreachable", "Tcp.AddressFamilyUnavailable", "Tcp.ClosedOnAccept"];

    // How TLS fails with whoever does not speak it, or speaks it to others only. What a certificate says is never a consequence of that.
    private static readonly string[] NoHandshake =
    [
        "Tls.NotTls", "Tls.PlainHttpOnPort", "Tls.ClosedAtClientHello", "Tls.ClosedDuringHandshake", "Tls.HandshakeTimeout", "Tls.HandshakeStalled", "Tls.HandshakeCorrupted",
        "Tls.AlpnMismatch", "Tls.ProtocolVersion", "Tls.NoCommonCipher", "Tls.ServerInternalError", "Tls.Alert.",
        "Tls.ClientCertificateRequired", "Tls.ClientCertificateUnknownCa", "Tls.ClientCertificateRejected",
    ];

    private static readonly string[] NoAnswer = ["Http.EmptyReply", "Http.Reset"];

    private static readonly string[] NotConsul =
        ["Http.NotConsul", "Http.UnexpectedStatus", "Http.RedirectRefused", "Http.BodyMalformed", "Http.ProtocolMismatch", "Http.TlsRequired", "Key.WrongApiPath"];

    private static readonly string[] Unfinished = ["Http.ResponseTimeout", "Http.ServerError", "Outcome.", "Probe.DeadlineReached"];

    private static readonly string[] OutOfTime = ["Probe.DeadlineReached"];

    private static readonly string[] TokenRefused = ["Acl.TokenNotFound", "Acl.TokenMalformed"];

    private static readonly string[] Anonymous = ["Acl.AnonymousDenied", "Acl.AgentDefaultTokenBad"];

    private static readonly string[] Leaderless = ["Cluster.NoLeader", "Cluster.LeaderUnknown"];

    /// <summary>General codes lose against any other of their area, so they cannot explain it.</summary>
    private static readonly HashSet<string> General = ["Acl.PermissionDenied", .. Leaderless];

    private static readonly Explanation[] Explanations =
    [
        new("Config.AddrMissing", [.. NotReached, .. NotConsul, .. NoAnswer, "Port."]),
        new("Config.AddrNoPort", [.. NotReached, .. NoHandshake, .. NotConsul, .. NoAnswer, "Http.ResponseTimeout", "Port."]),
        new("Config.AddrBasePath", NotConsul),
        new("Config.SslTrueUpgradesHttp", ["Tls.PlainHttpOnPort"]),
        new("Config.SslFalseIgnoredForHttps", ["Tls.PlainHttpOnPort"]),
        new("Config.SslNotBool", ["Http.TlsRequired"]),
        // Whoever wrote "no" wanted no verification, and this module keeps verifying.
        new("Config.SslVerifyNotBool", ["Tls.UnknownCa", "Tls.IssuerNotFound", "Tls.SelfSigned"]),
        new("Proxy.NoProxySyntax", ["Proxy.UsedForLocalAddress"]),
        new("Config.TokenQuotedOrCase", [.. TokenRefused, .. Anonymous]),
        new("Config.TokenFileMissing", Anonymous),
        new("Config.TokenFileEmpty", Anonymous),
        new("Config.TokenFileUnreadable", Anonymous),
        new("Config.TokenFileBeatsEnv", TokenRefused),
        new("Config.BasicAuthIgnored", ["Proxy.AuthenticationRequired"]),
        new("Dns.StaleAddress", NotReached),
        new("Dns.AddressFamilyMismatch", ["Tcp.Refused", "Tcp.AddressFamilyUnavailable"]),
        new("Proxy.MethodOrPathRewrite", ["Proxy.Forbidden"]),
        new("Proxy.TlsIntercepted", ["Tls.UnknownCa", "Tls.SelfSigned"]),
        new("Tcp.MtuBlackHole", ["Tls.HandshakeTimeout", "Tls.HandshakeStalled", "Cluster.LeaderFrozen", "Http.", "Outcome.", "Probe.DeadlineReached"]),
        new("Tls.ClientClockSkew", ["Tls.CertificateNotYetValid", "Tls.CertificateExpired", "Tls.IntermediateExpired", "Tls.RootExpired"], IsValidByTheOtherClock),
        // The system's own error number, and what the server says of its own disk, beat what is counted from outside.
        new("Tcp.LocalPortsExhausted", ["Host.EphemeralPortsExhausted", "Host.TimeWaitPileUp"]),
        new("Tcp.TooManyOpenSockets", ["Host.OpenFilesExhausted", "Host.SystemOpenFilesExhausted"]),
        // What this machine lacks explains what fails for want of it.
        new("Host.CloseWaitLeak", ["Host.OpenFilesExhausted"]),
        new("Host.ConntrackFull", ["Tcp.Timeout"]),
        new("Host.ConnectionsNotAccepted", ["Host.SendQueueStuck", "Host.ConnectUnanswered"]),
        new("Host.ProcessStopped", ["Host.ReceiveQueueUnread", "Host.CloseWaitLeak"]),
        new("Tcp.", ["Host.ConnectUnanswered"]),
        new("Storage.DiskFull", ["Host.DiskFull", "Host.DiskNearlyFull", "Host.DiskInodesExhausted"]),
        new("Storage.ReadOnlyFs", ["Host.ReadOnlyFileSystem"]),
        new("Host.DiskFull", ["Cluster."]),
        new("Host.DiskInodesExhausted", ["Cluster."]),
        new("Host.ReadOnlyFileSystem", ["Cluster."]),
        // Who really answers on the port explains how TLS or HTTP with it failed.
        new("Port.", [.. NoHandshake, "Http.", "Tcp.ClosedOnAccept"]),
        new("Http.ProtocolMismatch", [.. NoAnswer, "Http.NotConsul"]),
        new("Http.TlsRequired", [.. NoAnswer, "Http.NotConsul", "Http.UnexpectedStatus", "Http.ResponseTimeout"]),
        // How a handshake fails with plain HTTP depends on what the server makes of a hello.
        new("Tls.PlainHttpOnPort", ["Http.", "Tls.NotTls", "Tls.HandshakeTimeout", "Tls.ClosedAtClientHello", "Tls.ClosedDuringHandshake"]),
        new("Tcp.ClosedOnAccept", [.. NoAnswer, "Tls.ClosedAtClientHello"]),
        new("Limit.HttpMaxConns", [.. NoAnswer, "Tcp.ClosedOnAccept"]),
        // Consul refuses a large body by its length and closes on the rest of it.
        new("Limit.KvMaxValueSize", NoAnswer, (_, finding) => finding.Probe == Probes.WriteProbe.ProbeName),
        new("Storage.", ["Cluster.", "Rpc.", .. Unfinished]),
        new("Cluster.", ["Rpc.", .. Unfinished]),
        new("Rpc.", [.. Leaderless, .. Unfinished]),
        new("Wan.", ["Rpc.", "Cluster.", "Outcome."]),
        new("Cluster.QuorumLost", [.. Leaderless, "Cluster.ElectionInProgress"]),
        new("Cluster.NeverBootstrapped", Leaderless),
        new("Cluster.LeaderFrozen", [.. Leaderless, "Cluster.FollowerLagging", "Cluster.ServerDown"]),
        new("Cluster.LeaderNotTracked", [.. Leaderless, "Cluster.FollowerLagging", "Cluster.ServerDown"]),
        new("Cluster.ElectionInProgress", Leaderless),
        new("Cluster.RaftCutOff", Leaderless),
        new("Cluster.BootstrapExpectDiffers", Leaderless),
        new("Agent.NotReadyAfterRestart", Leaderless),
        new("Cluster.FollowerLagging", ["Outcome.StaleRead"]),
        new("Agent.Leaving", ["Cluster.", "Rpc."]),
        new("Agent.Slow", ["Cluster.SlowCommit"]),
        // An exact reason for a denial, or for one side of it, makes the general one its consequence.
        new("Acl.", ["Acl.PermissionDenied", "Acl.AnonymousDenied", "Acl.TokenNotFound", "Key.Forbidden"], IsMoreExactAboutTheKey),
        new("Acl.DownPolicyExtendFailsOpen", ["Acl.TokenNotFound", "Acl.PermissionDenied", "Key.Forbidden"]),
        new("Acl.DownPolicyDeny", ["Acl.AgentDefaultTokenBad"]),
        new("Acl.PrimaryUnreachable", ["Acl.TokenNotFound", "Acl.PermissionDenied", "Key.Forbidden"]),
        new("Acl.PermissionDenied", ["Key.Forbidden"], AreAboutOneKey),
        new("Key.ControlCharacter", ["Agent.UnprintableFilter"]),
        // What hangs is why the checks behind it ran out of time.
        new("Dns.ResolverTimeout", OutOfTime),
        new("Tcp.Timeout", OutOfTime),
        new("Proxy.ConnectTimeout", OutOfTime),
        new("Tls.HandshakeTimeout", OutOfTime),
        new("Tls.HandshakeStalled", OutOfTime),
        new("Http.ResponseTimeout", OutOfTime),
    ];

    /// <summary>
    /// The findings with the root cause first, then by severity and layer, consequences marked with what explains them, suppressed ones
    /// last. A suppressed finding explains nothing: to suppress a warning must not hide the error that it would explain.
    /// </summary>
    public static IReadOnlyList<ConsulFinding> Order(IReadOnlyList<ConsulFinding> found) =>
        // An array: PowerShell cannot index what a collection expression makes of an IReadOnlyList.
        Explain(found.Where(finding => !finding.IsSuppressed))
            .Concat(OfEveryCode(found.Where(finding => finding.IsSuppressed)).OrderByDescending(finding => finding.Severity).ThenBy(finding => finding.Layer))
            .ToArray();

    private static IEnumerable<ConsulFinding> Explain(IEnumerable<ConsulFinding> found)
    {
        var findings = OfEveryCode(found).ToList();
        var reasons = findings.ToDictionary(finding => finding, finding => finding.Severity > FindingSeverity.Info ? ReasonFor(finding, findings) : null);
        return findings
            .Select(finding => reasons[finding] is not null
                ? finding with { BlockedBy = LastReason(finding, reasons).Code }
                // What explains an error is what has to be mended: it weighs as much.
                : finding with { Severity = findings.Where(other => LastReason(other, reasons) == finding).Max(other => other.Severity) })
            .OrderBy(finding => finding.BlockedBy is not null)
            .ThenByDescending(finding => finding.Severity)
            .ThenBy(finding => finding.Layer);
    }

    private static IEnumerable<ConsulFinding> OfEveryCode(IEnumerable<ConsulFinding> found) =>
        found.GroupBy(finding => finding.Code, StringComparer.Ordinal).SelectMany(Distinct);

    // What every answer of Consul comes with says nothing about the fault.
    private static readonly HashSet<string> OfEveryAnswer = ["key", "status", "body", "operation", "address", "size", "server"];

    /// <summary>
    /// Several probes may meet the same fault: the one to whom it matters most, whose texts are whole, and that has most to show tells it. A denial is
    /// another one for another key.
    /// </summary>
    private static List<ConsulFinding> Distinct(IEnumerable<ConsulFinding> sameCode)
    {
        var kept = new List<ConsulFinding>();
        foreach (var finding in sameCode
            .OrderByDescending(finding => finding.Severity)
            .ThenBy(finding => finding.OpenPlaces.Count)
            .ThenByDescending(finding => finding.Evidence.Keys.Cast<string>().Count(name => !OfEveryAnswer.Contains(name)))
            .ThenByDescending(finding => finding.Evidence.Count))
            if (kept.TrueForAll(other => finding.Code == "Acl.PermissionDenied" && !AreAboutOneKey(other, finding))) kept.Add(finding);
        return kept;
    }

    private static ConsulFinding? ReasonFor(ConsulFinding finding, List<ConsulFinding> all) => Explanations
        .Select(explanation => all.Find(other => explanation.Holds(other, finding) && !(explanation.IsArea && General.Contains(other.Code))))
        .FirstOrDefault(reason => reason is not null);

    private static ConsulFinding LastReason(ConsulFinding finding, Dictionary<ConsulFinding, ConsulFinding?> reasons)
    {
        var last = finding;
        for (var hops = 0; hops < reasons.Count && reasons[last] is { } next; hops++) last = next;
        return last;
    }

    /// <summary>Of two general denials the one about the token explains the bare one, never the other way round; and only where one key is meant.</summary>
    private static bool IsMoreExactAboutTheKey(ConsulFinding reason, ConsulFinding denial) =>
        !(denial.Code is "Acl.AnonymousDenied" or "Acl.TokenNotFound" && reason.Code is "Acl.PermissionDenied" or "Key.Forbidden") && AreAboutOneKey(reason, denial);

    private static bool AreAboutOneKey(ConsulFinding one, ConsulFinding other) =>
        one.Evidence["key"] is not string first || other.Evidence["key"] is not string second || first == second;

    private static bool IsValidByTheOtherClock(ConsulFinding skew, ConsulFinding certificate) =>
        skew.Evidence["serverTime"] is not DateTime there
        || (certificate.Evidence["notBefore"] is not DateTime start || start <= there) && (certificate.Evidence["notAfter"] is not DateTime end || end >= there);
}
