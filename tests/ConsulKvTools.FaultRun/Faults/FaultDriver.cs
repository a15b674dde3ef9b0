using System.Globalization;
using ConsulKvTools.FaultRun.Running;
using ConsulKvTools.Lab;

namespace ConsulKvTools.FaultRun.Faults;

/// <summary>Plays a schedule: starts each fault, ends it, and waits until the cluster is well again.</summary>
internal sealed class FaultDriver(FaultCluster cluster, RunLog log, FaultRunOptions options)
{
    /// <summary>How often each kind was done.</summary>
    public IReadOnlyDictionary<FaultKind, int> Done => done;

    private readonly SortedDictionary<FaultKind, int> done = [];

    /// <summary>Plays one entry to its end.</summary>
    public async Task PlayAsync(PlannedFault planned)
    {
        var random = new Random(planned.Dice);
        var heals = new List<Func<Task>>();
        foreach (var kind in planned.Kinds)
        {
            heals.Add(await StartAsync(kind, random, planned.Number));
            done[kind] = done.GetValueOrDefault(kind) + 1;
        }
        await Task.Delay(planned.Lasts);
        foreach (var heal in heals) await heal();
        await cluster.Cluster.HealAsync();
        log.Write(string.Create(CultureInfo.InvariantCulture, $"{planned.Number,3}  over, all agents answer again"));
        await Task.Delay(planned.Rest);
    }

    private async Task<Func<Task>> StartAsync(FaultKind kind, Random random, int number)
    {
        if (FaultSchedule.IsOnTheWay(kind)) return Gate(kind, random, number);
        var agents = cluster.Cluster;
        var leader = await agents.LeaderAsync();
        var follower = agents.Servers.Where(server => server != leader).ElementAt(random.Next(agents.Servers.Count - 1));
        switch (kind)
        {
            case FaultKind.LeaderKilled:
                return Kill(leader);
            case FaultKind.FollowerKilled:
                return Kill(follower);
            case FaultKind.LeaderFrozen:
                return Freeze(leader);
            case FaultKind.FollowerFrozen:
                return Freeze(follower);
            case FaultKind.QuorumKilled:
                return Kill(leader, follower);
            case FaultKind.QuorumFrozen:
                return Freeze(leader, follower);
            case FaultKind.LeaderCutOff:
                return CutOff(leader);
            case FaultKind.FollowerCutOff:
                return CutOff(follower);
            default:
                var agent = agents.Clients[0];
                Tell(agent.NodeName);
                await agent.StopAsync();
                return () => agent.RestartAsync();
        }

        // What is down or frozen is started or thawed by the cluster's own healing.
        Func<Task> Kill(params ConsulAgent[] victims)
        {
            Tell(string.Join(", ", victims.Select(victim => victim.NodeName)));
            foreach (var victim in victims) victim.Kill();
            return () => Task.CompletedTask;
        }

        Func<Task> Freeze(params ConsulAgent[] victims)
        {
            Tell(string.Join(", ", victims.Select(victim => victim.NodeName)));
            foreach (var victim in victims) victim.Freeze();
            return () => Task.CompletedTask;
        }

        Func<Task> CutOff(ConsulAgent victim)
        {
            Tell(victim.NodeName);
            var network = cluster.Network!;
            foreach (var other in agents.Servers.Where(server => server != victim)) network.Cut(victim.BindAddress, other.BindAddress);
            return () =>
            {
                network.Mend();
                return Task.CompletedTask;
            };
        }

        void Tell(string whom) => log.Write($"{number,3}  {kind}: {whom}");
    }

    private Func<Task> Gate(FaultKind kind, Random random, int number)
    {
        var fault = kind switch
        {
            FaultKind.RequestsCut => new GateFault(kind, 0.3, TimeSpan.Zero),
            FaultKind.AnswersCut => new GateFault(kind, 0.02, TimeSpan.Zero),
            FaultKind.AnswersDropped => new GateFault(kind, 0.03, TimeSpan.Zero),
            FaultKind.AnswersDelayed => new GateFault(kind, 0.5, TimeSpan.FromMilliseconds(random.Next(50, 800))),
            _ => new GateFault(kind, 0.1, options.Impatience + TimeSpan.FromMilliseconds(random.Next(100, 2500))),
        };
        if (options.Share is { } given) fault = fault with { Share = given };
        var before = cluster.Gates.Sum(gate => gate.Touched);
        log.Write(string.Create(CultureInfo.InvariantCulture, $"{number,3}  {kind}: {fault.Share:0.##} of the requests at the gates{(fault.Pause > TimeSpan.Zero ? $", {fault.Pause.TotalSeconds:0.0} s" : "")}"));
        foreach (var gate in cluster.Gates) gate.Fault = fault;
        return () =>
        {
            foreach (var gate in cluster.Gates) gate.Fault = null;
            log.Write($"{number,3}  {kind}: done to {cluster.Gates.Sum(gate => gate.Touched) - before} requests");
            return Task.CompletedTask;
        };
    }
}
