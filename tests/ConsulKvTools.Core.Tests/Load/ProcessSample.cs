namespace ConsulKvTools.Tests.Load;

/// <summary>What this process holds at one moment.</summary>
/// <param name="Handles">Open file descriptors; on systems without <c>/proc</c> the process's handles.</param>
/// <param name="Heap">Live managed memory after a full collection, in bytes.</param>
/// <param name="Connections">Connections of the session.</param>
/// <param name="Done">Operations done until then.</param>
internal sealed record ProcessSample(int Handles, long Heap, int Connections, long Done)
{
    public static ProcessSample Take(AgentConnections connections, long done) => new(CountHandles(), GC.GetTotalMemory(forceFullCollection: true), connections.Count(), done);

    private static int CountHandles()
    {
        if (Directory.Exists("/proc/self/fd")) return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.HandleCount;
    }

    public override string ToString() => $"{Done,9} operations  {Handles,5} handles  {Heap / 1048576.0,7:0.0} MB heap  {Connections,3} connections";
}
