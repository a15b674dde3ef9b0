using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace ConsulKvTools.Commands;

/// <summary>The locks that were taken in one runspace: with it they are given back.</summary>
internal sealed class RunspaceLocks
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceLocks> All = new();

    private readonly List<ConsulKvLock> held = [];

    /// <summary>Those of the runspace whose pipeline thread this is.</summary>
    public static RunspaceLocks Current => All.GetValue(Runspace.DefaultRunspace, Begin);

    /// <summary>The locks that were taken here and not given back, oldest first; lost ones among them.</summary>
    public IReadOnlyList<ConsulKvLock> Held
    {
        get
        {
            lock (held)
            {
                held.RemoveAll(one => one.IsReleased);
                return held.ToArray();
            }
        }
    }

    /// <summary>Remembers a lock.</summary>
    public void Add(ConsulKvLock taken)
    {
        lock (held) held.Add(taken);
    }

    private static RunspaceLocks Begin(Runspace runspace)
    {
        var locks = new RunspaceLocks();
        runspace.StateChanged += (_, change) =>
        {
            if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken) locks.GiveBackAll();
        };
        // A process may end without closing its runspaces.
        AppDomain.CurrentDomain.ProcessExit += locks.OnProcessExit;
        return locks;
    }

    private void OnProcessExit(object? sender, EventArgs arguments) => GiveBackAll();

    private void GiveBackAll()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        // All at once: a shell with many locks and no agent must not take seconds for each.
        Parallel.ForEach(Held, one => one.Dispose());
    }
}
