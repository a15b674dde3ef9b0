using ConsulKvTools.FaultRun.Checking;

namespace ConsulKvTools.FaultRun.Tests.Checking;

/// <summary>Short ways to write a history down.</summary>
internal static class Histories
{
    public static Step Read(string? value, long begin, long end, ulong? index = null) => new() { Kind = StepKind.Read, Value = value, Index = index, Begin = begin, End = end };

    public static Step Put(string value, long begin, long end, ulong? index = null) => new() { Kind = StepKind.Put, Value = value, Index = index, Begin = begin, End = end };

    public static Step Cas(ulong check, string value, long begin, long end, ulong? index = null) =>
        new() { Kind = StepKind.CheckAndSet, Check = check, Value = value, Index = index, Begin = begin, End = end };

    public static Step Refused(ulong check, long begin, long end) => new() { Kind = StepKind.CheckRefused, Check = check, Value = "", Begin = begin, End = end };

    public static Step Delete(long begin, long end) => new() { Kind = StepKind.Delete, Begin = begin, End = end };

    public static Step DeleteCas(ulong check, long begin, long end) => new() { Kind = StepKind.DeleteCheckAndSet, Check = check, Begin = begin, End = end };

    public static Step DeleteRefused(ulong check, long begin, long end) => new() { Kind = StepKind.DeleteRefused, Check = check, Begin = begin, End = end };

    public static void IsFine(params Step[] steps) => Assert.True(Linearizability.Check(steps).IsLinearizable);

    public static LinearizabilityResult Cannot(params Step[] steps)
    {
        var result = Linearizability.Check(steps);
        Assert.False(result.IsLinearizable);
        return result;
    }
}
