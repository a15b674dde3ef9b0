using System.Globalization;
using ConsulKvTools.Diagnosis.Host;
using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>
/// Whether this machine has what a write needs: files, memory, CPU, room in the firewall's table. Says only what can explain a write that
/// fails or takes too long; a machine that is merely busy is healthy.
/// </summary>
internal sealed class HostProbe(HostFiles files) : IProbe
{
    public string Name => "Host";

    public ConsulLayer Layer => ConsulLayer.Host;

    public ConsulLayer? Needs => null;

    public Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var proc = new ProcFolder(files.Proc);
        var findings = new List<ConsulFinding>();
        int? open = null;
        long? limit = null;
        // With -ProcessId it is that program's limit that counts.
        if (context.Request.Program is null) (open, limit) = OwnFiles(proc, findings);
        if (OpenFiles.JudgeSystem(proc.Text("sys/fs/file-nr", "open files")) is { } system) findings.Add(system);
        var machine = Machine.Read(proc);
        findings.AddRange(machine.Judge());
        if (context.Request.Program is null) findings.AddRange(GroupLimits.Judge(ControlGroup.Read(files, "self"), "the control group (container) that this runs in"));
        if (Conntrack.Judge(proc) is { } conntrack) findings.Add(conntrack);
        return Task.FromResult(ProbeResults.From(findings.Count > 0 ? findings[0].Title : SummaryOf(machine, open, limit), findings,
            ("Cpus", Environment.ProcessorCount), ("LoadAverage", machine.Load), ("CpuPressurePercent", machine.CpuPressure?.Some),
            ("MemoryAvailable", machine.MemoryAvailable), ("MemoryTotal", machine.MemoryTotal), ("OpenFiles", open), ("OpenFilesLimit", limit)) with
        { Blocks = false });
    }

    private static (int? Open, long? Limit) OwnFiles(ProcFolder proc, List<ConsulFinding> findings)
    {
        var open = proc.Names("self/fd", "open files")?.Count;
        var limit = ProcFolder.ParseNumber(proc.Text("self/limits", "limits")?.Split('\n')
            .FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal))?.Substring("Max open files".Length).TrimStart());
        if (proc.OutOfFiles is { } number)
        {
            // Even looking needs a file: that it cannot be opened is proof enough.
            findings.Add(number == ErrorNumber.SystemFilesExhausted
                ? ConsulFinding.Create("Host.SystemOpenFilesExhausted")
                : ConsulFinding.Create("Host.OpenFilesExhausted", ("text", "this process cannot open a file of its own"), ("pid", OwnProcess.Id)));
            return (open, limit);
        }
        if (OpenFiles.Judge(open, limit, "this process", OwnProcess.Id) is { } full) findings.Add(full);
        return (open, limit);
    }

    private static string SummaryOf(Machine machine, int? open, long? limit)
    {
        var parts = new List<string> { $"{Environment.ProcessorCount} CPUs" + (machine.Load is { } load ? string.Format(CultureInfo.InvariantCulture, " with load {0:0.0}", load) : "") };
        if (machine.MemoryAvailable is { } memory) parts.Add($"{ByteText.Of(memory)} of memory available");
        if (open is not null && limit is not null) parts.Add($"{open} of {limit} files open");
        return string.Join(", ", parts);
    }
}
