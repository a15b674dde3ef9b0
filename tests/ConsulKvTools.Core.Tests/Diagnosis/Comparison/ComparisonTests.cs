using System.Net;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Transport;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>What changed since it worked: one real thing is changed, and the comparison's first line names it.</summary>
[Collection(AclAgentTests.Name)]
public sealed class ComparisonTests(AclAgentFixture lab) : IDisposable
{
    private readonly CertificateLab certificates = new();

    public void Dispose() => certificates.Dispose();

    [Fact]
    public async Task Between_two_runs_of_the_same_nothing_has_changed()
    {
        await lab.Agent.PutKeyAsync("app/same", "1");
        var request = new DiagnosisRequest { Key = "app/same" };
        var before = await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, request);
        await lab.Agent.PutKeyAsync("app/same", "another value");
        var comparison = Compare(before, await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, request));
        // How fast it went is up to the machine.
        Assert.DoesNotContain(comparison.Changes, change => change.Kind != DiagnosisChangeKind.Timing);
        Assert.Empty(comparison.Warnings);
        Assert.Contains("Nothing that matters has changed.", ComparisonText.Lines(comparison with { Changes = [] }, new DiagnosisTextStyle()));
    }

    [Fact]
    public async Task A_certificate_renewed_by_another_authority()
    {
        var authority = certificates.Authority();
        var issued = authority.Issue("127.0.0.1");
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(issued) });
        var options = new ConsulSessionOptions { Address = $"https://127.0.0.1:{agent.Ports.Https}", CACertificate = authority.CertificateFile };
        var before = await Diagnose.RunAsync(options);
        Diagnose.IsHealthy(before);

        var renewed = certificates.Authority("Another CA").Issue("127.0.0.1");
        File.Copy(renewed.CertificateFile, issued.CertificateFile, overwrite: true);
        File.Copy(renewed.KeyFile, issued.KeyFile, overwrite: true);
        agent.Reload();
        await Eventually.NamesAsync("Tls.UnknownCa|Tls.IssuerNotFound", () => Diagnose.RunAsync(options));

        var comparison = Compare(before, await Diagnose.RunAsync(options));
        First(comparison, DiagnosisChangeKind.Fact, "CertificateIssuer");
        Assert.Contains("Another CA", comparison.Changes[0].After!, StringComparison.Ordinal);
        Assert.Contains(comparison.Changes, change => change is { Kind: DiagnosisChangeKind.FindingAppeared, Name: "Tls.UnknownCa" or "Tls.IssuerNotFound" });
        // What was not reached has not changed.
        Assert.DoesNotContain(comparison.Changes, change => change.Name is "Version" or "Leader");
    }

    [Fact]
    public async Task Another_token()
    {
        var reader = await lab.Agent.CreateTokenAsync("key_prefix \"app/\" { policy = \"read\" }");
        var comparison = Compare(
            await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken), await Diagnose.RunAsync(lab.Agent.HttpAddress!, reader.SecretId));
        First(comparison, DiagnosisChangeKind.Setting, "Token");
        Assert.Contains(comparison.Changes, change => change is { Kind: DiagnosisChangeKind.Fact, Name: "TokenAccessor" } && change.After == reader.AccessorId);
        // This token may not read the agent's settings: they are unknown, not changed.
        Assert.DoesNotContain(comparison.Changes, change => change.Name is "Version" or "Node");
        var text = string.Join("\n", ComparisonText.Lines(comparison, new DiagnosisTextStyle()));
        Assert.DoesNotContain(reader.SecretId, text, StringComparison.Ordinal);
        Assert.DoesNotContain(lab.ManagementToken, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_token_with_other_policies()
    {
        var token = await lab.Agent.CreateTokenAsync("key_prefix \"app/\" { policy = \"write\" }");
        var before = await Diagnose.RunAsync(lab.Agent.HttpAddress!, token.SecretId);
        Diagnose.IsHealthy(before);
        var changed = await lab.Agent.SendAsync("PUT", $"/v1/acl/token/{token.AccessorId}", $$"""{"AccessorID":"{{token.AccessorId}}","SecretID":"{{token.SecretId}}","Policies":[]}""", lab.ManagementToken);
        Assert.Equal(HttpStatusCode.OK, (HttpStatusCode)changed.Status);
        await Eventually.NamesAsync("Acl.NoPolicies|Acl.PermissionDenied", () => Diagnose.RunAsync(lab.Agent.HttpAddress!, token.SecretId));
        First(Compare(before, await Diagnose.RunAsync(lab.Agent.HttpAddress!, token.SecretId)), DiagnosisChangeKind.Fact, "TokenPolicies");
    }

    [Fact]
    public void Another_answer_of_the_name_server()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        using var network = new NetworkNamespace().Route("unreachable", "198.51.100.0/26");
        using var dns = new DnsServer(new IPEndPoint(network.HostAddress, 53));
        network.Resolver($"nameserver {network.HostAddress}", "options timeout:1 attempts:1");
        using var agent = new ScriptedConsul(new ScriptedConsulOptions { ListenOn = network.HostAddress });
        var saved = Path.GetTempFileName();
        ConsulDiagnosis Ask()
        {
            InsideNamespace.Probe(network, "", $"http://agent.test:{agent.Port} save={saved}");
            return DiagnosisJson.Read(File.ReadAllText(saved));
        }
        try
        {
            dns.On("agent.test", network.HostAddress.ToString());
            var before = Ask();
            Assert.Equal(DiagnosisVerdict.Healthy, before.Verdict);
            dns.On("agent.test", "198.51.100.1");
            var comparison = Compare(before, Ask());
            First(comparison, DiagnosisChangeKind.Fact, "Addresses");
            Assert.Equal("198.51.100.1", comparison.Changes[0].After);
        }
        finally
        {
            File.Delete(saved);
        }
    }

    [Fact]
    public async Task A_leader_that_is_gone_and_one_that_was_elected_instead()
    {
        await using var cluster = await ConsulCluster.StartAsync();
        var follower = (await cluster.FollowersAsync())[0];
        var before = await Diagnose.RunAsync(follower.Address);
        Diagnose.IsHealthy(before);

        await cluster.KillLeaderAsync();
        await cluster.LeaderAsync();
        var elected = Compare(before, await Eventually.HealthyAsync(() => Diagnose.RunAsync(follower.Address)));
        First(elected, DiagnosisChangeKind.Fact, "Leader");
        Assert.NotEqual(elected.Changes[0].Before, elected.Changes[0].After);

        var survivor = follower;
        foreach (var other in cluster.Servers.Where(server => server.IsRunning && server != survivor)) other.Kill();
        await Eventually.NamesAsync("Cluster.QuorumLost", () => Diagnose.RunAsync(survivor.Address));
        var lost = Compare(before, await Diagnose.RunAsync(survivor.Address));
        First(lost, DiagnosisChangeKind.Fact, "Leader");
        Assert.Contains(lost.Changes, change => change is { Kind: DiagnosisChangeKind.FindingAppeared, Name: "Cluster.QuorumLost" });
    }

    [Fact]
    public async Task An_option_that_was_added()
    {
        var authority = certificates.Authority();
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(authority.Issue("127.0.0.1")) });
        var options = new ConsulSessionOptions { Address = $"https://127.0.0.1:{agent.Ports.Https}", CACertificate = authority.CertificateFile };
        var before = await Diagnose.RunAsync(options);

        First(Compare(before, await Diagnose.RunAsync(options with { SkipCertificateCheck = true })), DiagnosisChangeKind.Setting, "SkipCertificateCheck");
        First(Compare(before, await Diagnose.RunAsync(options with { TlsServerName = "other.example" })), DiagnosisChangeKind.Setting, "TlsServerName");
        First(Compare(before, await Diagnose.RunAsync(options with { Proxy = new Uri($"http://127.0.0.1:{agent.Ports.Unused}") })), DiagnosisChangeKind.Setting, "Proxy");
        First(Compare(before, await Diagnose.RunAsync(options with { Datacenter = "dc9" })), DiagnosisChangeKind.Setting, "Datacenter");
    }

    [Fact]
    public async Task What_became_better_is_named_too()
    {
        var reader = await lab.Agent.CreateTokenAsync("key_prefix \"app/\" { policy = \"read\" }");
        var comparison = Compare(
            await Diagnose.RunAsync(lab.Agent.HttpAddress!, reader.SecretId), await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken));
        First(comparison, DiagnosisChangeKind.Setting, "Token");
        Assert.Contains(comparison.Changes, change => change is { Kind: DiagnosisChangeKind.FindingGone, Name: "Acl.ReadOnly" });
    }

    [Fact]
    public async Task A_probe_that_became_clearly_slower()
    {
        await using var box = new TcpFaultProxy(lab.Agent.HttpAddress!);
        var before = await Diagnose.RunAsync(box.Address, lab.ManagementToken);
        box.Delay(TimeSpan.FromSeconds(1));
        var comparison = Compare(before, await Diagnose.RunAsync(box.Address, lab.ManagementToken));
        Assert.Contains(comparison.Changes, change => change is { Kind: DiagnosisChangeKind.Timing, Name: "Http" });
    }

    [Fact]
    public async Task A_lock_that_was_taken()
    {
        const string Key = "app/lock";
        await lab.Agent.PutKeyAsync(Key, "1");
        var before = await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, new DiagnosisRequest { Key = Key });
        var session = await lab.Agent.CreateLockSessionAsync();
        Assert.Equal("true", (await lab.Agent.SendAsync("PUT", $"/v1/kv/{Key}?acquire={session}", "2", lab.ManagementToken)).Body.Trim());
        var comparison = Compare(before, await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, new DiagnosisRequest { Key = Key }));
        First(comparison, DiagnosisChangeKind.Fact, "KeyLockSession");
        Assert.Equal(session, comparison.Changes[0].After);
    }

    [Fact]
    public async Task Another_target_or_key_is_a_warning()
    {
        var before = await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken);
        var other = await Diagnose.RunAsync(lab.Agent.UnixAddress!, lab.ManagementToken, new DiagnosisRequest { Key = "app/other" });
        Assert.Equal(2, Compare(before, other).Warnings.Count);
        Assert.Contains(Compare(other, before).Warnings, warning => warning.Contains("wrong way round", StringComparison.Ordinal));
    }

    /// <summary>The reference goes through a file, as it does in life; a comparison of the objects themselves must say the same.</summary>
    private static ConsulDiagnosisComparison Compare(ConsulDiagnosis before, ConsulDiagnosis after)
    {
        var comparison = DiagnosisComparison.Of(DiagnosisJson.Read(DiagnosisJson.Write(before)), after);
        Assert.Equal(DiagnosisComparison.Of(before, after).Changes, comparison.Changes);
        Assert.All(ComparisonText.Lines(comparison, new DiagnosisTextStyle { Width = 80 }).Skip(comparison.Warnings.Count), line => Assert.True(line.Length <= 110, line));
        return comparison;
    }

    private static void First(ConsulDiagnosisComparison comparison, DiagnosisChangeKind kind, string name)
    {
        Assert.True(comparison.Changes.Count > 0 && comparison.Changes[0].Kind == kind && comparison.Changes[0].Name == name,
            $"expected {kind} {name} first\n{string.Join("\n", comparison.Changes)}\n{Diagnose.Text(comparison.Difference)}");
    }
}
