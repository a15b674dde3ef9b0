using System.Collections.Concurrent;
using ConsulKvTools.FaultRun.Checking;

namespace ConsulKvTools.FaultRun.Workloads;

/// <summary>A key that several clients work on, and what happened to it.</summary>
internal sealed class SharedKey(string name)
{
    private int begun;

    /// <summary>The key.</summary>
    public string Name => name;

    /// <summary>Its history.</summary>
    public ConcurrentQueue<Step> Steps { get; } = new();

    /// <summary>Counts one more operation; how many there are.</summary>
    public int Begin() => Interlocked.Increment(ref begun);

    /// <summary>Adds to the history.</summary>
    public void Add(IEnumerable<Step> steps)
    {
        foreach (var step in steps) Steps.Enqueue(step);
    }
}
