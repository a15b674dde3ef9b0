namespace ConsulKvTools;

/// <summary>A finding as the message of a failed test: everything needed to mend it, without a view around it.</summary>
public static class FindingMessage
{
    /// <summary>Code and title, then cause, remedy and command, a line each.</summary>
    public static string Of(ConsulFinding finding) =>
        $"{finding.Code}: {Printable.Text(finding.Title)}\nCause: {Printable.Text(finding.Cause, 2000)}\nRemedy: {Printable.Text(finding.Remedy, 2000)}"
        + (finding.Command is null ? "" : $"\nRun: {Printable.Text(finding.Command, 2000)}");
}
