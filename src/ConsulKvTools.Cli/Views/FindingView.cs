namespace ConsulKvTools.Cli.Views;

/// <summary>One finding: what is wrong, the evidence, and what to do.</summary>
internal static class FindingView
{
    public static void Write(Terminal terminal, ConsulFinding finding)
    {
        terminal.Line("", StatusWord.Of(finding.Severity), "  " + finding.Code);
        foreach (var line in TextFlow.Wrap(Printable.Text(finding.Title, 600), terminal.Width - 2)) terminal.Line("  " + line);
        FieldView.Write(terminal, "evidence", EvidenceText.Of(finding.Evidence));
        FieldView.Write(terminal, "cause", finding.Cause);
        FieldView.Write(terminal, "remedy", finding.Remedy);
        FieldView.WriteWhole(terminal, "command", ShellCommand.Of(finding.Command));
        FieldView.Write(terminal, "more", "consulkv explain " + finding.Code);
    }
}
