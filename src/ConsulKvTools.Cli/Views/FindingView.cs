namespace ConsulKvTools.Cli.Views;

/// <summary>One finding: what is wrong, the evidence, and what to do.</summary>
internal static class FindingView
{
    public static void Write(Terminal terminal, ConsulFinding finding)
    {
        var status = StatusWord.Of(finding.Severity);
        var lines = TextFlow.Wrap(Printable.Text(finding.Title, 600), terminal.Width - status.Word.Length - 4).ToArray();
        terminal.Line(status, "  " + lines[0]);
        foreach (var line in lines.Skip(1)) terminal.Line(new string(' ', status.Word.Length + 4) + line);
        terminal.Lines(DiagnosisText.Finding(finding, terminal.Style));
    }
}
