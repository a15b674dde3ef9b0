using ConsulKvTools.Diagnosis.Host;
using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Whether the program that the diagnosis is made for can write at all, and how far this diagnosis can stand in for it. Only with <c>-ProcessId</c>.</summary>
internal sealed class ProcessProbe(HostFiles files) : IProbe
{
    public string Name => "Process";

    public ConsulLayer Layer => ConsulLayer.Host;

    public ConsulLayer? Needs => null;

    public Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        if (context.Request.Program is not { } program) return Task.FromResult(ProbeResults.Skipped("no process was named"));
        var findings = new List<ConsulFinding>();
        if (LifeOf(program) is { } lifeless) findings.Add(lifeless);
        if (SightOf(program) is { } sight) findings.Add(sight);
        if (OpenFiles.Judge(program.OpenFiles, program.OpenFilesLimit, program.ToString(), program.Pid) is { } full) findings.Add(full);
        var group = program.Unsupported is null && !program.IsKernelThread
            ? ControlGroup.Read(files, program.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)) : new ControlGroup();
        findings.AddRange(GroupLimits.Judge(group, $"the control group (container) of {program}"));
        if (group.KilledForMemory is > 0 and var killed) findings.Add(ConsulFinding.Create("Host.OomKilled", ("count", killed), ("source", program.ToString()), ("limit", group.MemoryLimit is { } most ? ByteText.Of(most) : null)));
        if (program.SharesNetwork == false) findings.Add(ConsulFinding.Create("Host.OtherNetworkNamespace", ("pid", program.Pid), ("source", program.ToString())));
        findings.AddRange(FullVolumesOf(program));
        if (OtherNames.Find(program, context.Session.Target) is { } names) findings.Add(names);
        if (program.Environment is not null && SettingDifferences.Find(context.Session, ConsulEnvironment.OfThisProcess()) is { } differs) findings.Add(differs);
        return Task.FromResult(ProbeResults.From(SummaryOf(program, findings), findings,
        [
            ("Pid", program.Pid), ("Command", program.Command), ("ProcessUser", program.User), ("ProcessStartedAt", program.StartedAt),
            ("SettingsFrom", program.Environment is null ? "this process" : $"the variables of {program} as they were when it started; what it set itself since then does not show"),
            ("OpenFiles", program.OpenFiles), ("OpenFilesLimit", program.OpenFilesLimit), ("OpenFilesHardLimit", program.OpenFilesHardLimit),
            ("MemoryLimit", group.MemoryLimit), ("MemoryUsed", group.MemoryUsed), ("CpuLimit", group.CpuLimit),
            ("SharesNetwork", program.SharesNetwork), ("SharesFiles", program.Unsupported is null ? !program.Files.HasOtherRoot : null),
            .. VariablesOf(program),
        ]) with
        { Blocks = false });
    }

    private static ConsulFinding? LifeOf(ProcessSnapshot program) => program.State switch
    {
        'Z' or 'X' => ConsulFinding.Create("Host.ProcessEnded", ("pid", program.Pid), ("source", program.ToString())),
        'T' => ConsulFinding.Create("Host.ProcessStopped", ("pid", program.Pid), ("source", program.ToString()), ("problem", "by a signal")),
        't' => ConsulFinding.Create("Host.ProcessStopped", ("pid", program.Pid), ("source", program.ToString()), ("problem", "by a debugger")),
        _ => null,
    };

    private static ConsulFinding? SightOf(ProcessSnapshot program)
    {
        ConsulFinding Hidden(string problem, string remedy) =>
            ConsulFinding.Create("Host.ProcessNotReadable", ("source", program.ToString()), ("pid", program.Pid), ("problem", problem), ("value", program.User), ("text", remedy));

        if (program.Unsupported is { } reason) return Hidden(reason, "Set the program's CONSUL_* variables in this shell");
        if (program.IsKernelThread) return Hidden("it is a thread of the kernel, which has no variables and no files", "Name the process of the program that writes to Consul");
        if (program.Unreadable.Count == 0) return null;
        var finding = Hidden($"this user may not read {string.Join(", ", program.Unreadable.Select(part => part.What).Distinct())}",
            $"Run as root or as the user {program.User ?? "of the program"}");
        // Without its variables all that follows is about other settings; without the rest it is only less.
        return program.Environment is null ? finding : finding with { Severity = FindingSeverity.Info };
    }

    private static IEnumerable<ConsulFinding> FullVolumesOf(ProcessSnapshot program)
    {
        const long Least = 1024 * 1024;
        return program.WrittenFiles.Select(file => (File: file, Volume: Volume.Of(file)))
            .Where(row => row.Volume is { } volume && volume.TotalBytes > 0 && (volume.FreeBytes < Least || volume.FreeInodes == 0 || volume.IsReadOnly == true))
            .Take(1)
            .Select(row => ConsulFinding.Create("Host.LogDiskFull", ("file", Printable.Text(SymbolicLinks.TargetOf(row.File) ?? row.File, 200)), ("source", program.ToString()),
                ("problem", row.Volume!.IsReadOnly == true ? "is read-only" : row.Volume.FreeInodes == 0 ? "has no inode left" : $"has {ByteText.Of(row.Volume.FreeBytes)} left")));
    }

    private static IEnumerable<(string, object?)> VariablesOf(ProcessSnapshot program)
    {
        if (program.Environment is not { } variables) yield break;
        foreach (var name in ProgramTrust.Variables.Concat(["GODEBUG", "LOCALDOMAIN", "RES_OPTIONS"]))
            if (variables.TryGetValue(name, out var value)) yield return (name, Printable.Text(value, 200));
        if (ProgramTrust.JavaTrustStore(variables) is { } store) yield return ("JavaTrustStore", Printable.Text(store, 200));
    }

    private static string SummaryOf(ProcessSnapshot program, List<ConsulFinding> findings)
    {
        if (findings.Find(finding => finding.Severity > FindingSeverity.Info) is { } first) return first.Title;
        var files = program is { OpenFiles: { } open, OpenFilesLimit: { } limit } ? $", {open} of {limit} files open" : "";
        return $"{program}{(program.User is null ? "" : " of " + program.User)}{files}";
    }
}
