namespace ConsulKvTools.Lab;

public sealed class ConsulClusterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Losing_leader_and_quorum_and_healing()
    {
        await using var cluster = await ConsulCluster.StartAsync(new() { Clients = 1, Agent = new() { Acl = new() } }, Stop);
        var client = Assert.Single(cluster.Clients);
        await client.PutKeyAsync("a", "1", Stop);

        var dead = await cluster.KillLeaderAsync(Stop);
        var leader = await cluster.LeaderAsync(cancellationToken: Stop);
        Assert.NotSame(dead, leader);
        Assert.Equal("1", await leader.GetKeyAsync("a", Stop));

        await cluster.HealAsync(Stop);
        Assert.Equal(2, (await cluster.FollowersAsync(Stop)).Count);

        var frozen = await cluster.FreezeLeaderAsync(Stop);
        Assert.NotSame(frozen, await cluster.LeaderAsync(cancellationToken: Stop));
        frozen.Thaw();

        await cluster.HealAsync(Stop);
        var left = Assert.Single(await cluster.LoseQuorumAsync(cancellationToken: Stop));
        var answer = await left.SendAsync("PUT", "/v1/kv/a", "2", cancellationToken: Stop);
        Assert.False(answer.IsSuccess);
    }

    [Fact]
    public async Task Two_datacenters_share_their_acls()
    {
        await using var one = await ConsulCluster.StartAsync(new() { Servers = 1, Agent = new() { Acl = new() } }, Stop);
        await using var two = await ConsulCluster.StartAsync(new() { Servers = 1, Agent = new() { Datacenter = "dc2", Acl = new() }, JoinWan = one }, Stop);
        var token = await one.Servers[0].CreateTokenAsync("""key_prefix "" { policy = "write" }""", Stop);
        await two.WaitForAclReplicationAsync(Stop);
        var remote = await one.Servers[0].SendAsync("PUT", "/v1/kv/far?dc=dc2", "away", token.SecretId, Stop);
        Assert.Equal("true", remote.Body.Trim());
        Assert.Null(await one.Servers[0].GetKeyAsync("far", Stop));
        Assert.Equal("away", await two.Servers[0].GetKeyAsync("far", Stop));
    }
}
