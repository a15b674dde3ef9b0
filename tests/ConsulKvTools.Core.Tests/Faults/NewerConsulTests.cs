using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Faults;

/// <summary>States of a cluster that cannot be held here long enough, told by a scripted agent in Consul's own answers.</summary>
public sealed class NewerConsulTests
{
    private const string Peers = """["10.0.0.1:8300","10.0.0.2:8300","10.0.0.3:8300"]""";

    [Fact]
    public async Task A_follower_that_lost_its_leader_long_ago()
    {
        using var consul = new ScriptedConsul();
        consul.On(request => request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal) && request.Query.Contains("stale", StringComparison.Ordinal),
            ScriptedResponse.Bytes([], 404, "X-Consul-Index: 9", "X-Consul-KnownLeader: true", "X-Consul-LastContact: 41000"));
        Diagnose.Names("Cluster.FollowerLagging", FaultOrigin.Scripted, "X-Consul-LastContact: 41000 on a stale read", await Diagnose.RunAsync(consul.Address));
    }

    [Fact]
    public async Task Another_datacenter_whose_servers_the_gossip_gave_up()
    {
        using var consul = new ScriptedConsul();
        consul.On(request => request.Path == "/v1/catalog/datacenters", ScriptedResponse.Json("""["dc1","dc2"]"""));
        consul.On(request => request.Query.Contains("dc=dc2", StringComparison.Ordinal), ScriptedResponse.Text("Remote DC has no server currently reachable", 500));
        var diagnosis = await Diagnose.RunAsync(new ConsulSessionOptions { Address = consul.Address.ToString(), Datacenter = "dc2" });
        Diagnose.Names("Wan.RemoteDcUnavailable", FaultOrigin.Scripted, "500 \"Remote DC has no server currently reachable\"", diagnosis);
        Assert.Equal("Datacenter dc2 has no server that can be reached", diagnosis.RootCause!.Title);
    }

    [Theory]
    [InlineData("Not ready to serve consistent reads", "Cluster.NotReadyConsistent")]
    [InlineData("rpc error making call: i/o deadline reached", "Rpc.DeadlineReached")]
    public async Task A_consistent_read_that_is_refused(string body, string code)
    {
        using var consul = new ScriptedConsul();
        consul.On(request => request.Query.Contains("consistent", StringComparison.Ordinal), ScriptedResponse.Text(body, 500));
        using var session = LabSessions.Open(consul.Address.ToString(), policy: LabSessions.Impatient);
        var report = await KvComparison.RunAsync(session, "app/x", TestContext.Current.CancellationToken);
        Assert.Equal(code, report.Finding?.Code);
        FaultMatrix.Add(FaultOrigin.Scripted, $"500 \"{body}\" to a consistent read", code, "comparison of reads", report.Consistent.Duration);
    }

    [Fact]
    public async Task A_cluster_of_three_that_is_fine()
    {
        using var consul = new ScriptedConsul();
        consul.On(request => request.Path == "/v1/status/leader", ScriptedResponse.Json("\"10.0.0.1:8300\""));
        consul.On(request => request.Path == "/v1/status/peers", ScriptedResponse.Json(Peers));
        consul.On(request => request.Path == "/v1/agent/members", ScriptedResponse.Json("[" + string.Join(",", Enumerable.Range(1, 3).Select(number =>
            $$$"""{"Name":"s{{{number}}}","Addr":"10.0.0.{{{number}}}","Tags":{"role":"consul","port":"8300","dc":"dc1","expect":"3"},"Status":1}""")) + "]"));
        Diagnose.IsHealthy(await Diagnose.RunAsync(consul.Address));
    }

    /// <summary>A follower that is slow to miss its leader names it still, but says how long ago it heard of it.</summary>
    [Theory]
    [InlineData(4, "Cluster.QuorumLost")]
    [InlineData(1, "Cluster.ElectionInProgress")]
    public async Task A_leader_that_is_gone_and_still_named(int statusOfAnother, string code)
    {
        using var consul = new ScriptedConsul();
        consul.On(request => request.Path == "/v1/status/leader", ScriptedResponse.Json("\"10.0.0.1:8300\""));
        consul.On(request => request.Path == "/v1/status/peers", ScriptedResponse.Json(Peers));
        consul.On(request => request.Path == "/v1/agent/members", ScriptedResponse.Json("[" + string.Join(",", new[] { 4, 1, statusOfAnother }.Select((status, index) =>
            $$$"""{"Name":"s{{{index + 1}}}","Addr":"10.0.0.{{{index + 1}}}","Tags":{"role":"consul","port":"8300","dc":"dc1","expect":"3"},"Status":{{{status}}}}""")) + "]"));
        consul.On(request => request.Query.Contains("stale", StringComparison.Ordinal), consul.Reply("", 404, "X-Consul-Index: 7", "X-Consul-KnownLeader: true", "X-Consul-LastContact: 9000"));
        consul.On("PUT", "/v1/kv/", consul.Reply("rpc error getting client: failed to get conn: dial tcp 127.0.0.1:0->10.0.0.1:8300: connect: connection refused", 500));
        var diagnosis = await Diagnose.RunAsync(consul.Address, request: new DiagnosisRequest { Key = "app/x", Timeout = TimeSpan.FromSeconds(4) });
        Diagnose.Names(code, FaultOrigin.Scripted, "the leader is gone, and a slow follower still names it", diagnosis);
    }
}
