namespace ConsulKvTools.Cli.Views;

/// <summary>A diagnosis as a person sees it: the probes, the verdict, the root cause in full, the rest in a line each.</summary>
internal static class DiagnosisView
{
    public static void Write(Terminal terminal, ConsulDiagnosis diagnosis)
    {
        terminal.Line(diagnosis.Key is { } key ? $"{diagnosis.Target}  key {Printable.Text(key, 200)}" : diagnosis.Target);
        ProbeTree.Write(terminal, diagnosis.Probes);
        terminal.Line();
        terminal.Line("", StatusWord.Of(diagnosis.Verdict), $"  in {DurationText.Of(diagnosis.Duration)}");
        if (diagnosis.RootCause is not { } cause) return;
        FindingView.Write(terminal, cause);
        var others = diagnosis.Findings.Where(finding => !ReferenceEquals(finding, cause) && finding.Severity != FindingSeverity.Info).ToArray();
        if (others.Length == 0) return;
        terminal.Line();
        terminal.Line("also seen");
        foreach (var finding in others)
            terminal.Line($"  {finding.Code}: {Printable.Text(finding.Title, 200)}" + (finding.BlockedBy is { } by ? $" (follows from {by})" : ""));
    }
}
