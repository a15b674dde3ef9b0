using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>What explains what, where the two cannot easily be met together for real.</summary>
public sealed class RootCauseTests
{
    [Theory]
    [InlineData("Config.AddrNoPort", "Tls.CertificateExpired", false)]
    [InlineData("Config.AddrNoPort", "Tls.NotTls", true)]
    [InlineData("Config.AddrNoPort", "Tcp.AddressPartlyDead", false)]
    [InlineData("Config.AddrMissing", "Tcp.Refused", true)]
    [InlineData("Config.AddrBasePath", "Http.ResponseTimeout", false)]
    [InlineData("Config.TokenBom", "Acl.ReadOnly", false)]
    [InlineData("Config.TokenQuotedOrCase", "Acl.DeniedByRule", false)]
    [InlineData("Config.TokenFileMissing", "Acl.TokenExpired", false)]
    [InlineData("Port.ConsulRpc", "Tls.ClientCertificateRequired", true)]
    [InlineData("Port.ConsulRpc", "Tls.CertificateExpired", false)]
    [InlineData("Limit.KvMaxValueSize", "Tcp.ClosedOnAccept", false)]
    [InlineData("Limit.HttpMaxConns", "Http.EmptyReply", true)]
    [InlineData("Http.TlsRequired", "Http.Reset", true)]
    [InlineData("Tls.PlainHttpOnPort", "Tls.HandshakeTimeout", true)]
    [InlineData("Tls.PlainHttpOnPort", "Tls.UnknownCa", false)]
    [InlineData("Cluster.QuorumLost", "Probe.Crashed", false)]
    [InlineData("Cluster.QuorumLost", "Probe.DeadlineReached", true)]
    [InlineData("Cluster.SlowCommit", "Http.ServerError", false)]
    [InlineData("Cluster.QuorumLost", "Cluster.NoLeader", true)]
    [InlineData("Cluster.QuorumLost", "Acl.ReadOnly", false)]
    [InlineData("Key.LeadingSlash", "Http.RedirectRefused", false)]
    [InlineData("Tcp.AddressPartlyDead", "Cluster.NoLeader", false)]
    [InlineData("Storage.DiskFull", "Cluster.NoLeader", true)]
    [InlineData("Dns.AddressFamilyMismatch", "Tcp.Refused", true)]
    [InlineData("Dns.AddressFamilyMismatch", "Tcp.Timeout", false)]
    [InlineData("Proxy.TlsIntercepted", "Tls.UnknownCa", true)]
    [InlineData("Proxy.TlsIntercepted", "Tls.CertificateExpired", false)]
    [InlineData("Config.SslVerifyNotBool", "Tls.SelfSigned", true)]
    [InlineData("Config.SslVerifyNotBool", "Tls.CertificateExpired", false)]
    [InlineData("Storage.SlowFsync", "Cluster.QuorumLost", false)]
    public void One_explains_the_other_or_they_stand_side_by_side(string one, string other, bool explains)
    {
        var findings = RootCause.Order([ConsulFinding.Create(other), ConsulFinding.Create(one)]);

        Assert.Equal(explains ? one : null, findings.Single(finding => finding.Code == other).BlockedBy);
        Assert.Null(findings.Single(finding => finding.Code == one).BlockedBy);
    }

    [Fact]
    public void What_explains_an_error_weighs_as_much_over_any_number_of_steps()
    {
        var findings = RootCause.Order([ConsulFinding.Create("Http.UnexpectedStatus"), ConsulFinding.Create("Http.TlsRequired"), ConsulFinding.Create("Config.SslNotBool")]);

        Assert.Equal(["Config.SslNotBool", "Http.UnexpectedStatus", "Http.TlsRequired"], findings.Select(finding => finding.Code));
        Assert.Equal(FindingSeverity.Error, findings[0].Severity);
        Assert.All(findings.Skip(1), finding => Assert.Equal("Config.SslNotBool", finding.BlockedBy));
    }

    [Fact]
    public void A_denial_for_another_key_is_a_fault_of_its_own()
    {
        var findings = RootCause.Order(
        [
            ConsulFinding.Create("Acl.ReadOnly", ("key", "app/x")), ConsulFinding.Create("Acl.PermissionDenied", ("key", "app/x")), ConsulFinding.Create("Acl.PermissionDenied", ("key", "canary/1")),
        ]);

        Assert.Equal(["Acl.ReadOnly", null], findings.Where(finding => finding.Code == "Acl.PermissionDenied").OrderBy(finding => finding.Evidence["key"]).Select(finding => finding.BlockedBy));
    }

    [Fact]
    public void A_fault_that_two_probes_met_is_told_once_with_most_evidence()
    {
        var told = Assert.Single(RootCause.Order([ConsulFinding.Create("Acl.TokenNotFound"), ConsulFinding.Create("Acl.TokenNotFound", ("key", "app/x"), ("status", 403))]));

        Assert.Equal(403, told.Evidence["status"]);
    }

    [Fact]
    public void A_fault_that_two_probes_met_is_told_by_the_one_whose_texts_are_whole()
    {
        var bare = ConsulFinding.Create("Wan.UnknownDatacenter", ("key", "app/x"), ("status", 500), ("body", "No path to datacenter"), ("operation", "write"));
        var whole = ConsulFinding.Create("Wan.UnknownDatacenter", ("datacenter", "dc2"), ("names", "dc1"));
        var filled = bare.FilledFrom(("datacenter", "dc2"), ("address", "http://127.0.0.1:8500"));

        Assert.Equal("dc1", Assert.Single(RootCause.Order([bare, whole])).Evidence["names"]);
        Assert.Equal("dc1", Assert.Single(RootCause.Order([filled, whole])).Evidence["names"]);
        // What has no place in the texts is not told.
        Assert.Null(filled.Evidence["address"]);
    }

    [Fact]
    public void A_clock_that_is_wrong_explains_only_what_is_right_by_the_other_clock()
    {
        var there = new DateTime(2030, 1, 10, 0, 0, 0, DateTimeKind.Utc);
        var skew = ConsulFinding.Create("Tls.ClientClockSkew", ("serverTime", there));
        string? ReasonOf(string code, string evidence, int days) =>
            RootCause.Order([skew, ConsulFinding.Create(code, (evidence, there.AddDays(days)))]).Single(finding => finding.Code == code).BlockedBy;

        Assert.Equal(skew.Code, ReasonOf("Tls.CertificateNotYetValid", "notBefore", -1));
        Assert.Equal(skew.Code, ReasonOf("Tls.CertificateExpired", "notAfter", 1));
        Assert.Null(ReasonOf("Tls.CertificateNotYetValid", "notBefore", 1));
        Assert.Null(ReasonOf("Tls.CertificateExpired", "notAfter", -1));
    }
}
