namespace ConsulKvTools.Cli.Views;

/// <summary>A diagnosis as a person sees it; Core writes the same text for the module.</summary>
internal static class DiagnosisView
{
    public static void Write(Terminal terminal, ConsulDiagnosis diagnosis, ConsulDiagnosisComparison? comparison = null)
    {
        terminal.Lines(DiagnosisText.Lines(diagnosis, terminal.Style));
        if (comparison is null) return;
        terminal.Line();
        terminal.Lines(ComparisonText.Lines(comparison, terminal.Style));
    }
}
