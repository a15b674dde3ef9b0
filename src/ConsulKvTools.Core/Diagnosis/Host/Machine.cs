using System.Globalization;
using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools.Diagnosis.Host;

/// <summary>What is scarce on this machine. Null members could not be learnt.</summary>
/// <param name="Load">Tasks that run or wait to, averaged over a minute.</param>
/// <param name="CpuPressure">How much work waits for a CPU.</param>
/// <param name="MemoryAvailable">Bytes that programs can still have without swapping.</param>
/// <param name="MemoryTotal">Bytes of memory.</param>
/// <param name="SwapFree">Bytes of swap that are free.</param>
/// <param name="SwapTotal">Bytes of swap.</param>
/// <param name="MemoryPressure">How much work waits for memory.</param>
internal sealed record Machine(
    double? Load, PressureStall? CpuPressure, long? MemoryAvailable, long? MemoryTotal, long? SwapFree, long? SwapTotal, PressureStall? MemoryPressure)
{
    // A machine that builds software has some ten waiting tasks a CPU and writes all the same.
    private const double DrownedLoad = 50;
    private const double DrownedPercent = 95;
    private const double LeastMemory = 0.02;
    private const double LeastSwap = 0.1;
    private const double ThrashingPercent = 40;

    /// <summary>Reads it now.</summary>
    public static Machine Read(ProcFolder proc)
    {
        var memory = proc.Text("meminfo", "memory");
        long? Bytes(string name) => KeyedNumbers.Of(memory, name) * 1024;
        if (memory is null && MemoryLoad.Read() is { } load) return new Machine(null, null, load.Available, load.Total, null, null, null);
        return new Machine(
            double.TryParse(proc.Text("loadavg", "load")?.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var average) ? average : null,
            PressureStall.Parse(proc.Text("pressure/cpu", "pressure")), Bytes("MemAvailable"), Bytes("MemTotal"), Bytes("SwapFree"), Bytes("SwapTotal"),
            PressureStall.Parse(proc.Text("pressure/memory", "pressure")));
    }

    /// <summary>What of it can explain a write that fails or takes too long.</summary>
    public IEnumerable<ConsulFinding> Judge()
    {
        var swapIsShort = SwapTotal is null or 0 || SwapFree < SwapTotal * LeastSwap;
        if (MemoryAvailable is { } available && MemoryTotal is > 0 and var total && ((available < total * LeastMemory && swapIsShort) || MemoryPressure?.Full >= ThrashingPercent))
            yield return ConsulFinding.Create("Host.MemoryLow", ("value", ByteText.Of(available)), ("limit", ByteText.Of(total)), ("percent", MemoryPressure?.Full));
        if (Load >= DrownedLoad * Environment.ProcessorCount && CpuPressure?.Some >= DrownedPercent)
            yield return ConsulFinding.Create("Host.CpuSaturated", ("value", Load), ("count", Environment.ProcessorCount), ("percent", CpuPressure!.Some));
    }
}
