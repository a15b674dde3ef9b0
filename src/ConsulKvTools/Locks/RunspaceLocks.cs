using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace ConsulKvTools.Commands;

/// <summary>The locks that were taken in one runspace: with it they are given back, or with the process.</summary>
internal sealed partial class RunspaceLocks
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceLocks> All = new();

    // Those whose runspace is open: a process may end without closing its runspaces.
    private static readonly ConcurrentDictionary<RunspaceLocks, Runspace> Open = new();

    // Whoever ended the process waits for it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static CancellationTokenSource terminating = new();

    private readonly List<ConsulKvLock> held = [];

    // From the first lock on: signals of a process that holds none are nothing to this module.
    private static readonly Lazy<bool> IsListening = new(() =>
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => GiveBack(Open.Keys);
        HearTermination();
        return true;
    });

    /// <summary>Those of the runspace whose pipeline thread this is.</summary>
    public static RunspaceLocks Current => All.GetValue(Runspace.DefaultRunspace, Begin);

    /// <summary>Fires when somebody has told the process to end, before its locks are given back: what runs under one must not go on.</summary>
    public static CancellationToken Termination => Volatile.Read(ref terminating).Token;

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
        _ = IsListening.Value;
        lock (held) held.Add(taken);
    }

    private static RunspaceLocks Begin(Runspace runspace)
    {
        var locks = new RunspaceLocks();
        Open[locks] = runspace;
        runspace.StateChanged += (_, change) =>
        {
            if (change.RunspaceStateInfo.State is not (RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken)) return;
            Open.TryRemove(locks, out var _);
            GiveBack([locks]);
        };
        return locks;
    }

    static partial void HearTermination();

    private static void Terminate()
    {
        // A new one for what is locked later: a host may have its own mind about its end.
        Interlocked.Exchange(ref terminating, new()).Cancel();
        GiveBack(Open.Keys);
    }

    /// <summary>All at once: a shell with many locks and no agent must not take seconds for each.</summary>
    private static void GiveBack(IEnumerable<RunspaceLocks> some) => Task.WhenAll(some.SelectMany(one => one.Held).Select(one => one.AbandonAsync(Patience))).Wait(Patience);
}
