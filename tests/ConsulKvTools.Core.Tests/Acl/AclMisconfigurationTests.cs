using ConsulKvTools.Diagnosis;
using ConsulKvTools.Kv;
using ConsulKvTools.Tests.Diagnosis;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Acl;

/// <summary>Every misconfiguration through the whole diagnosis, with the program's own token alone, and through a write.</summary>
[Collection(AclAgents.Name)]
public sealed class AclMisconfigurationTests(AclAgents agents)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Ways => [.. Misconfigurations.All.Select(way => way.How)];

    [Theory, MemberData(nameof(Ways))]
    public async Task What_has_to_be_changed_first_is_the_root_cause(string how)
    {
        var way = Assert.Single(Misconfigurations.All, way => way.How == how);
        var broken = await way.Setting(agents);
        var address = (broken.Through ?? broken.Agent.Address).OriginalString;
        var options = new ConsulSessionOptions { Address = address, Token = broken.Token is null ? null : new ConsulSecret(broken.Token), Datacenter = broken.Datacenter, RetryPolicy = LabSessions.Impatient };
        var diagnosis = await Diagnose.RunAsync(options, new DiagnosisRequest { Key = broken.Key, Operation = broken.Operation });
        Diagnose.Names(way.Code, FaultOrigin.Real, how, diagnosis);
        // One cause: what else was seen follows from it.
        Assert.All(diagnosis.Findings.Where(finding => finding.Severity > FindingSeverity.Info).Skip(1), finding => Assert.True(finding.BlockedBy is not null, Diagnose.Text(diagnosis)));
        Assert.DoesNotContain('<', diagnosis.RootCause!.Title + diagnosis.RootCause.Cause);
        if (broken.Token is { Length: > 8 } secret) Assert.DoesNotContain(secret[..8], Diagnose.Text(diagnosis), StringComparison.Ordinal);

        if (broken.Operation != AclOperation.Write || way.WriteCode is null) return;
        using var session = ConsulKvSession.Create(options, ConsulEnvironment.Empty);
        var written = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = broken.Key, Value = [1] }, Stop);
        Assert.Equal((ConsulKvOutcome.Denied, way.WriteCode), (written.Outcome, written.Code));
        Assert.NotEmpty(written.Remedy!);
        FaultMatrix.Add(FaultOrigin.Real, how, written);
    }

    [Fact]
    public void There_are_more_than_forty() => Assert.True(Misconfigurations.All.Count >= 60, $"{Misconfigurations.All.Count}");
}
