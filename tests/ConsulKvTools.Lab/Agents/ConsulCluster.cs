using System.Text.Json.Nodes;

namespace ConsulKvTools.Lab;

/// <summary>Several real servers, each on a loopback address of its own, with client agents where wanted.</summary>
public sealed class ConsulCluster : IDisposable, IAsyncDisposable
{
    private readonly List<ConsulAgent> _servers = [];
    private readonly List<ConsulAgent> _clients = [];
    private readonly ConsulCluster? _primary;

    private ConsulCluster(ConsulCluster? primary) => _primary = primary;

    /// <summary>All servers, running or not.</summary>
    public IReadOnlyList<ConsulAgent> Servers => _servers;

    /// <summary>The client agents.</summary>
    public IReadOnlyList<ConsulAgent> Clients => _clients;

    /// <summary>Servers and client agents.</summary>
    public IEnumerable<ConsulAgent> Agents => _servers.Concat(_clients);

    /// <summary>The datacenter.</summary>
    public string Datacenter => _servers[0].Datacenter;

    /// <summary>The secret of the token that may do everything; null without ACLs.</summary>
    public string? ManagementToken => _servers[0].ManagementToken;

    /// <summary>Starts a cluster and returns when every agent knows a leader and answers consistent reads.</summary>
    public static async Task<ConsulCluster> StartAsync(ConsulClusterOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var cluster = new ConsulCluster(options.JoinWan);
        try
        {
            await cluster.StartServersAsync(options, cancellationToken).ConfigureAwait(false);
            await cluster.StartClientsAsync(options, cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>As <see cref="StartAsync"/>.</summary>
    public static ConsulCluster Start(ConsulClusterOptions? options = null) => Blocking.Wait(() => StartAsync(options));

    /// <summary>Waits for a leader that runs, is not frozen and takes itself for the leader.</summary>
    /// <param name="timeout">How long; null is 30 s.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public async Task<ConsulAgent> LeaderAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var deadline = DateTime.UtcNow + (timeout ?? TimeSpan.FromSeconds(30));
        while (DateTime.UtcNow < deadline)
        {
            foreach (var server in _servers)
            {
                if (await server.LeaderAsync(cancellationToken).ConfigureAwait(false) == server.RpcAddress) return server;
            }
            await Task.Delay(50, cancellationToken).ConfigureAwait(false);
        }
        throw new TimeoutException($"No leader among {string.Join(", ", _servers)}.");
    }

    /// <summary>As <see cref="LeaderAsync"/>.</summary>
    public ConsulAgent Leader(TimeSpan? timeout = null) => Blocking.Wait(() => LeaderAsync(timeout));

    /// <summary>The servers that run and do not lead.</summary>
    public async Task<IReadOnlyList<ConsulAgent>> FollowersAsync(CancellationToken cancellationToken = default)
    {
        var leader = await LeaderAsync(null, cancellationToken).ConfigureAwait(false);
        return [.. _servers.Where(s => s != leader && s is { IsRunning: true, IsFrozen: false })];
    }

    /// <summary>As <see cref="FollowersAsync"/>.</summary>
    public IReadOnlyList<ConsulAgent> Followers() => Blocking.Wait(() => FollowersAsync());

    /// <summary>Kills the leader (SIGKILL).</summary>
    /// <returns>The agent that was the leader.</returns>
    public async Task<ConsulAgent> KillLeaderAsync(CancellationToken cancellationToken = default)
    {
        var leader = await LeaderAsync(null, cancellationToken).ConfigureAwait(false);
        leader.Kill();
        return leader;
    }

    /// <summary>As <see cref="KillLeaderAsync"/>.</summary>
    public ConsulAgent KillLeader() => Blocking.Wait(() => KillLeaderAsync());

    /// <summary>Freezes the leader (SIGSTOP): it answers nothing, its connections stay open, the others elect a new one.</summary>
    /// <returns>The agent that was the leader.</returns>
    public async Task<ConsulAgent> FreezeLeaderAsync(CancellationToken cancellationToken = default)
    {
        var leader = await LeaderAsync(null, cancellationToken).ConfigureAwait(false);
        leader.Freeze();
        return leader;
    }

    /// <summary>As <see cref="FreezeLeaderAsync"/>.</summary>
    public ConsulAgent FreezeLeader() => Blocking.Wait(() => FreezeLeaderAsync());

    /// <summary>Kills a majority of the servers, the leader among them: what is left cannot commit anything.</summary>
    /// <param name="freeze">True freezes them instead.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The servers that still run.</returns>
    public async Task<IReadOnlyList<ConsulAgent>> LoseQuorumAsync(bool freeze = false, CancellationToken cancellationToken = default)
    {
        var leader = await LeaderAsync(null, cancellationToken).ConfigureAwait(false);
        var victims = _servers.Where(s => s != leader).Prepend(leader).Take(_servers.Count / 2 + 1).ToList();
        foreach (var victim in victims)
        {
            if (freeze) victim.Freeze();
            else victim.Kill();
        }
        return [.. _servers.Except(victims)];
    }

    /// <summary>As <see cref="LoseQuorumAsync"/>.</summary>
    public IReadOnlyList<ConsulAgent> LoseQuorum(bool freeze = false) => Blocking.Wait(() => LoseQuorumAsync(freeze));

    /// <summary>Thaws what is frozen, starts what does not run, and waits until all is well again.</summary>
    public async Task HealAsync(CancellationToken cancellationToken = default)
    {
        foreach (var agent in Agents)
        {
            agent.Thaw();
            if (!agent.IsRunning) agent.Launch();
        }
        await Task.WhenAll(Agents.Select(a => a.WaitUntilReadyAsync(cancellationToken))).ConfigureAwait(false);
    }

    /// <summary>As <see cref="HealAsync"/>.</summary>
    public void Heal() => Blocking.Wait(() => HealAsync());

    /// <summary>Waits until this secondary datacenter has copied all policies of the primary, and the tokens where it copies those too.</summary>
    /// <exception cref="InvalidOperationException">The cluster did not join another one.</exception>
    /// <exception cref="TimeoutException">It took longer than half a minute.</exception>
    public async Task WaitForAclReplicationAsync(CancellationToken cancellationToken = default)
    {
        var source = _primary?._servers[0] ?? throw new InvalidOperationException($"{Datacenter} is no secondary datacenter.");
        var policies = await NewestAsync("/v1/acl/policies").ConfigureAwait(false);
        var tokens = await NewestAsync("/v1/acl/tokens").ConfigureAwait(false);
        var leader = await LeaderAsync(null, cancellationToken).ConfigureAwait(false);
        await leader.Until(async ct =>
        {
            var state = JsonNode.Parse((await leader.SendAsync("GET", "/v1/acl/replication", cancellationToken: ct).ConfigureAwait(false)).Body)!;
            return (ulong)state["ReplicatedIndex"]! >= policies
                && ((string?)state["ReplicationType"] != "tokens" || (ulong)state["ReplicatedTokenIndex"]! >= tokens);
        }, "ACL replication", null, cancellationToken).ConfigureAwait(false);

        async Task<ulong> NewestAsync(string path)
        {
            var response = await source.SendAsync("GET", path, cancellationToken: cancellationToken).ConfigureAwait(false);
            return JsonNode.Parse(response.EnsureSuccess(path).Body)!.AsArray().Select(entry => (ulong)entry!["ModifyIndex"]!).DefaultIfEmpty().Max();
        }
    }

    /// <summary>As <see cref="WaitForAclReplicationAsync"/>.</summary>
    public void WaitForAclReplication() => Blocking.Wait(() => WaitForAclReplicationAsync());

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var agent in Agents.Reverse()) agent.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Task.Run(Dispose).ConfigureAwait(false);

    // macOS has only 127.0.0.1 on its loopback interface; elsewhere the whole 127.0.0.0/8 is there.
    private static string AddressOf(int index) => OperatingSystem.IsMacOS() ? "127.0.0.1" : $"127.0.0.{index + 1}";

    private static ConsulAgentOptions Secondary(ConsulAgentOptions options, ConsulCluster primary)
    {
        if (options.Datacenter == primary.Datacenter) options = options with { Datacenter = "dc2" };
        options = options with { RetryJoinWan = [.. primary.Servers.Select(s => s.WanGossipAddress)] };
        if (options.Acl is not { } acl) return options;
        // ACLs live in the primary datacenter, its management token too; a secondary copies them with a token of its own.
        return options with
        {
            PrimaryDatacenter = primary.Datacenter,
            Acl = acl with { ManagementToken = primary.ManagementToken, ReplicationToken = acl.ReplicationToken ?? primary.ManagementToken },
        };
    }

    private async Task StartServersAsync(ConsulClusterOptions options, CancellationToken cancellationToken)
    {
        var common = options.JoinWan is { } primary ? Secondary(options.Agent, primary) : options.Agent;
        for (var i = 0; i < options.Servers; i++)
        {
            // Each waits for the others, so none may wait for a leader before all have been started.
            var server = await ConsulAgent.StartAsync(common with
            {
                NodeName = $"{common.Datacenter}-server-{i + 1}",
                BindAddress = AddressOf(i),
                Server = true,
                InMemory = false,
                BootstrapExpect = options.Servers,
                RetryJoin = [.. _servers.Select(s => s.GossipAddress)],
                WaitForLeader = true,
            }, waitUntilReady: false, cancellationToken).ConfigureAwait(false);
            _servers.Add(server);
        }
        await Task.WhenAll(_servers.Select(s => s.WaitUntilReadyAsync(cancellationToken))).ConfigureAwait(false);
    }

    private async Task StartClientsAsync(ConsulClusterOptions options, CancellationToken cancellationToken)
    {
        var starts = Enumerable.Range(0, options.Clients).Select(i => ConsulAgent.StartAsync(options.Agent with
        {
            NodeName = $"{Datacenter}-client-{i + 1}",
            Datacenter = Datacenter,
            BindAddress = AddressOf(options.Servers + i),
            Server = false,
            InMemory = false,
            RetryJoin = [.. _servers.Select(s => s.GossipAddress)],
            RetryJoinWan = [],
            Acl = options.ClientsWithoutAcl ? null : options.ClientAcl ?? options.Agent.Acl,
            WaitForLeader = true,
        }, cancellationToken)).ToList();
        try
        {
            await Task.WhenAll(starts).ConfigureAwait(false);
        }
        finally
        {
            _clients.AddRange(starts.Where(s => s.IsCompletedSuccessfully).Select(s => s.Result));
        }
    }
}
