using System.Diagnostics;

namespace ConsulKvTools.Lab;

/// <summary>Cleans up after lab processes that crashed before they could.</summary>
public static class AbandonedLabs
{
    /// <summary>
    /// Ends the agents whose owner is gone and removes their directories. Touches only processes that a lab recorded, with the same
    /// start time, and only directories whose recorded owner no longer runs. Called by itself once per process; harmless to repeat.
    /// </summary>
    /// <returns>How many directories were removed.</returns>
    public static int Sweep()
    {
        var removed = 0;
        foreach (var directory in Directory.EnumerateDirectories(LabDirectory.Runs))
        {
            if (LabDirectory.OwnerOf(directory) is not { } owner || owner.IsAlive) continue;
            foreach (var child in LabDirectory.ChildrenOf(directory).Where(c => c.IsAlive)) End(child);
            NetworkNamespace.Remove(directory);
            LabDirectory.Delete(directory);
            removed++;
        }
        return removed;
    }

    private static void End(ProcessIdentity child)
    {
        try
        {
            using var process = Process.GetProcessById(child.Id);
            if (child.IsAlive) process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ended meanwhile, or it is not ours to end.
        }
    }
}
