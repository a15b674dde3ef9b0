using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>The one place that turns a finding into an error. The error's id is the finding's code.</summary>
internal static class FindingErrors
{
    private const int LongestMessage = 4000;
    private const int LongestTarget = 200;

    /// <summary>An error that says what is wrong, why, and what to do.</summary>
    /// <param name="finding">What is wrong.</param>
    /// <param name="target">The input that failed; null when none did.</param>
    /// <param name="exception">What was thrown; null makes the exception of the finding's kind.</param>
    /// <param name="message">Another message than the finding's title and cause.</param>
    /// <param name="remedy">Another recommendation than the finding's remedy and command.</param>
    /// <param name="category">Another category than the finding's.</param>
    public static ErrorRecord Create(ConsulFinding finding, object? target, Exception? exception = null, string? message = null, string? remedy = null, ErrorCategory? category = null)
    {
        var record = new ErrorRecord(exception ?? ConsulException.From(finding), finding.Code, category ?? CategoryOf(finding.Code, finding.Layer), target)
        {
            // Two lines at a prompt; where PowerShell shows the place in a script it makes one of them.
            ErrorDetails = new ErrorDetails(message is null ? $"{Sentence(Shown(finding.Title))}\n{Shown(finding.Cause)}" : Shown(message))
            {
                RecommendedAction = remedy ?? (finding.Command is null ? finding.Remedy : $"{finding.Remedy} Run: {finding.Command}"),
            },
        };
        // PowerShell shows it as it is, on the screen and in logs.
        if (target is string text) record.CategoryInfo.TargetName = Printable.Text(text, LongestTarget);
        return record;
    }

    /// <summary>The error of a write that was not done; null when it was.</summary>
    public static ErrorRecord? Of(ConsulKvWriteResult result, object? target)
    {
        if (result.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged || result.Finding is not { } finding) return null;
        // What stands in the result is about this write; the finding's own text about the fault in general.
        var message = result.Message is null || result.Message == finding.Title ? null : result.Message;
        var exception = result.Outcome == ConsulKvOutcome.Unknown ? new ConsulUnknownOutcomeException(finding) : null;
        return Create(finding, target, exception, message, result.Remedy is null || result.Remedy == finding.Remedy ? null : result.Remedy);
    }

    /// <summary>The error of a parameter that cannot be used; nothing was sent.</summary>
    /// <param name="cmdlet">The command that was given it.</param>
    /// <param name="parameter">The parameter, with its dash.</param>
    /// <param name="problem">What is wrong with it and what would be right, naming the value, without a full stop.</param>
    /// <param name="target">The input that failed.</param>
    /// <param name="category">What kind of error it is.</param>
    public static ErrorRecord Invalid(PSCmdlet cmdlet, string parameter, string problem, object? target, ErrorCategory category = ErrorCategory.InvalidArgument)
    {
        var finding = ConsulFinding.Create("Request.Invalid", ("source", parameter), ("problem", problem));
        return Create(finding, target, null, Sentence(problem.Substring(0, 1).ToUpperInvariant() + problem.Substring(1)),
            $"Correct {parameter}: Get-Help {cmdlet.MyInvocation.MyCommand.Name} -Parameter {parameter.TrimStart('-')} says what it takes.", category);
    }

    /// <summary>The error of what the library refused: as of the parameter where it says which, else as of any finding.</summary>
    /// <param name="cmdlet">The command that was given it.</param>
    /// <param name="refused">What the library said.</param>
    /// <param name="parameter">The parameter, with its dash.</param>
    /// <param name="target">The input that failed.</param>
    public static ErrorRecord Refused(PSCmdlet cmdlet, ConsulException refused, string parameter, object? target) =>
        refused.Finding is { Code: "Request.Invalid" } finding && finding.Evidence["problem"] is string { Length: > 0 } problem
            ? Invalid(cmdlet, parameter, problem, target) : Create(refused.Finding, target, refused);

    /// <summary>PowerShell's category for a finding.</summary>
    public static ErrorCategory CategoryOf(string code, ConsulLayer layer)
    {
        var area = code.Substring(0, code.IndexOf('.'));
        return (area, layer) switch
        {
            _ when code is "Key.Missing" or "Cas.NonZeroButMissing" => ErrorCategory.ObjectNotFound,
            _ when code is "Key.Forbidden" or "Key.Filtered" => ErrorCategory.PermissionDenied,
            _ when code is "Cas.ZeroButExists" => ErrorCategory.ResourceExists,
            _ when code is "Report.NotWritten" or "Report.MetricsNotWritten" => ErrorCategory.WriteError,
            _ when code is "Report.HoldsSecret" => ErrorCategory.SecurityError,
            _ when code is "Report.Unreadable" => ErrorCategory.InvalidData,
            _ when code is "Outcome.CircuitOpen" or "Outcome.RetriesExhausted" => ErrorCategory.ResourceUnavailable,
            _ when code is "Outcome.Cancelled" => ErrorCategory.OperationStopped,
            _ when code.StartsWith("Acl.Token", StringComparison.Ordinal) => ErrorCategory.AuthenticationError,
            _ when code.EndsWith("Timeout", StringComparison.Ordinal) => ErrorCategory.OperationTimeout,
            ("Acl", _) or (_, ConsulLayer.Acl) => ErrorCategory.PermissionDenied,
            ("Limit", _) => ErrorCategory.LimitsExceeded,
            ("Lock", _) => ErrorCategory.ResourceBusy,
            ("Cas" or "Txn", _) => ErrorCategory.InvalidOperation,
            ("Session" or "Request" or "Key", _) or (_, ConsulLayer.Key or ConsulLayer.Configuration) => ErrorCategory.InvalidArgument,
            (_, ConsulLayer.Tls) => ErrorCategory.SecurityError,
            (_, ConsulLayer.Name or ConsulLayer.Transport) => ErrorCategory.ConnectionError,
            (_, ConsulLayer.Http) => ErrorCategory.ProtocolError,
            (_, ConsulLayer.Host or ConsulLayer.Agent or ConsulLayer.Cluster) => ErrorCategory.ResourceUnavailable,
            _ => ErrorCategory.InvalidResult,
        };
    }

    private static string Shown(string text) => Printable.Text(text, LongestMessage);

    /// <summary>A finding as a warning's text: its code, what is wrong, what to do.</summary>
    public static string Warning(ConsulFinding finding) => $"{finding.Code}: {Sentence(finding.Title)} {finding.Remedy}";

    /// <summary>Titles of findings have no full stop of their own.</summary>
    public static string Sentence(string title) => title.Length == 0 || title[title.Length - 1] is '.' or '!' or '?' ? title : title + ".";
}
