using ConsulKvTools.FaultRun.Checking;

namespace ConsulKvTools.FaultRun.Tests.Checking;

/// <summary>Tries every order there is. Slow, and too simple to be wrong.</summary>
internal static class BruteForce
{
    public static bool Explains(IReadOnlyList<Step> steps) => Explains([.. steps], KeyState.Missing);

    private static bool Explains(List<Step> left, KeyState key)
    {
        if (!left.Exists(step => step.MustHappen)) return true;
        foreach (var step in left)
        {
            // Real time: nothing that has ended before this began may still be to come.
            if (left.Exists(other => other.End < step.Begin)) continue;
            if (step.On(key) is { } after && Explains([.. left.Where(other => !ReferenceEquals(other, step))], after)) return true;
        }
        return false;
    }
}
