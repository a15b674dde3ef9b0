using System.ComponentModel;
using System.Management.Automation;
using System.Text;

namespace ConsulKvTools;

/// <summary>What the views of <c>ConsulKvTools.Format.ps1xml</c> call. For views only; the objects themselves keep typed values.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class View
{
    private const string Reset = "\u001b[0m";
    private const int WidestText = 120;

    /// <summary>Text on one line, control characters visible.</summary>
    public static string Text(object? text, int longest) => Printable.Text(text?.ToString(), longest);

    /// <summary>A duration with the unit that suits it; empty for none.</summary>
    public static string Time(TimeSpan? duration) => duration is { } known ? DiagnosisText.Time(known) : "";

    /// <summary>An entry's value on one line; its size when it is no text.</summary>
    public static string Value(ConsulKvEntry entry, int longest) =>
        entry.IsText ? Printable.Text(entry.Value, longest) : $"({entry.Bytes.Length:N0} bytes)";

    /// <summary>A status word in its colour.</summary>
    /// <param name="status">An outcome, status, severity, verdict, or whether something is allowed or succeeded.</param>
    /// <param name="style">PowerShell's <c>$PSStyle</c>; null, as on Windows PowerShell, gives no colour.</param>
    public static string Status(object? status, object? style)
    {
        var (word, tone) = (status is PSObject wrapped ? wrapped.BaseObject : status) switch
        {
            ConsulKvOutcome outcome => (outcome.ToString(), outcome switch
            {
                ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged => DiagnosisTone.Good,
                ConsulKvOutcome.Unknown => DiagnosisTone.Warning,
                _ => DiagnosisTone.Bad,
            }),
            ProbeStatus probe => (probe.ToString(), DiagnosisText.ToneOf(probe)),
            FindingSeverity severity => (severity.ToString(), DiagnosisText.ToneOf(severity)),
            DiagnosisVerdict verdict => (verdict.ToString(), DiagnosisText.ToneOf(verdict)),
            ConsulEnvironmentCheckStatus check => (check.ToString(), check switch
            {
                ConsulEnvironmentCheckStatus.Passed => DiagnosisTone.Good,
                ConsulEnvironmentCheckStatus.Skipped => DiagnosisTone.Dim,
                _ => DiagnosisTone.Bad,
            }),
            _ => ("", DiagnosisTone.Dim),
        };
        return Paint(style, tone, word);
    }

    /// <summary>Yes, no or unknown, in the words given and in their colour.</summary>
    public static string Answer(bool? answer, string yes, string no, object? style) => answer switch
    {
        true => Paint(style, DiagnosisTone.Good, yes),
        false => Paint(style, DiagnosisTone.Bad, no),
        null => Paint(style, DiagnosisTone.Warning, "Unknown"),
    };

    /// <summary>The whole diagnosis as text.</summary>
    public static string Diagnosis(ConsulDiagnosis diagnosis, int width, object? style) => Join(DiagnosisText.Lines(diagnosis, StyleOf(width, style)));

    /// <summary>A series of diagnoses as text.</summary>
    public static string Series(ConsulDiagnosisSeries series, int width, object? style) => Join(SeriesText.Lines(series, StyleOf(width, style)));

    /// <summary>A comparison of two diagnoses as text.</summary>
    public static string Comparison(ConsulDiagnosisComparison comparison, int width, object? style) => Join(ComparisonText.Lines(comparison, StyleOf(width, style)));

    /// <summary>A part as a percentage.</summary>
    public static string Percent(double share) => DiagnosisText.Percent(share);

    /// <summary>Probes, one a line.</summary>
    public static string Probes(IReadOnlyList<ProbeResult> probes, int width, object? style) => Join(DiagnosisText.Probes(probes, StyleOf(width, style)));

    /// <summary>A finding in full.</summary>
    public static string Finding(ConsulFinding finding, int width, object? style)
    {
        var title = $"{Paint(style, DiagnosisText.ToneOf(finding.Severity), finding.Severity.ToString().ToUpperInvariant())}  {FindingText(finding)}";
        return title + Environment.NewLine + Join(DiagnosisText.Finding(finding, StyleOf(width, style)));
    }

    /// <summary>The attempts of a write, one a line.</summary>
    public static string Attempts(IReadOnlyList<ConsulKvAttempt> attempts) => Join(attempts.Select(attempt =>
        $"{attempt.Number,2}  +{DiagnosisText.Time(attempt.StartedAfter),-8} {Printable.Text(attempt.Action, 40),-24} {attempt.Status,3} {attempt.Code ?? attempt.Effect.ToString()} ({DiagnosisText.Time(attempt.Duration)})"
        + (attempt is { Sequel: not AttemptSequel.WentOn, Reason: { } reason } ? "\n      " + Printable.Text(reason, 200) : "")));

    /// <summary>What one read mode answered, in one line: the value and its index, or why there is none.</summary>
    public static string Reading(ConsulKvReading reading, int longest) =>
        reading.Entry is { } entry
            ? $"{Value(entry, longest)}, index {entry.ModifyIndex}" + (reading.LastContact is { } contact && contact > TimeSpan.Zero ? $", heard of the leader {DiagnosisText.Time(contact)} before" : "")
            : reading.State?.ToString() ?? reading.Finding?.Code ?? "";

    /// <summary>How old the stale answer is at least.</summary>
    public static string TimeBehind(ConsulKvConsistencyReport report) => report.TimeBehind is not { } time ? "" : time == TimeSpan.Zero ? report.IsStale == true ? "not known" : "0" : $"at least {DiagnosisText.Time(time)}";

    /// <summary>A star for the session that commands without -Session use in this runspace.</summary>
    public static string DefaultMark(ConsulKvSession session) => Commands.RunspaceSessions.Current.Default == session ? "*" : "";

    /// <summary>Settings that are not left at their default, one a line.</summary>
    public static string Settings(IReadOnlyList<ConsulSetting> settings) => Join(settings.Where(setting => setting.Value is not null).Select(setting =>
        $"{setting.Name,-22} {Printable.Text(setting.Value, 80)}  ({setting.Source}{(setting.Shadowed.Count == 0 ? "" : ", not " + string.Join(", ", setting.Shadowed))})"));

    private static string FindingText(ConsulFinding finding) => Printable.Text(finding.Title, 400);

    private static DiagnosisTextStyle StyleOf(int width, object? style) => new()
    {
        // The last column stays free: some consoles begin a new line of their own there.
        Width = width < 40 ? 99 : Math.Min(width - 1, WidestText),
        Unicode = CanShow("✓✗–"),
        Paint = (tone, text) => Paint(style, tone, text),
    };

    /// <summary>Colours text with the sequences of <c>$PSStyle</c>, unless PowerShell is to show plain text (NO_COLOR sets that).</summary>
    private static string Paint(object? style, DiagnosisTone tone, string text)
    {
        if (style is null || text.Length == 0) return text;
        var colours = PSObject.AsPSObject(style);
        if (colours.Properties["OutputRendering"]?.Value?.ToString() == "PlainText") return text;
        var sequence = tone switch
        {
            DiagnosisTone.Good => Sequence(colours, "Foreground", "Green"),
            DiagnosisTone.Warning => Sequence(colours, "Formatting", "Warning"),
            DiagnosisTone.Bad => Sequence(colours, "Formatting", "Error"),
            _ => Sequence(colours, "Foreground", "BrightBlack"),
        };
        return sequence.Length == 0 ? text : sequence + text + Reset;
    }

    private static string Sequence(PSObject colours, string group, string name) =>
        colours.Properties[group]?.Value is { } found ? PSObject.AsPSObject(found).Properties[name]?.Value?.ToString() ?? "" : "";

    private static bool CanShow(string text)
    {
        try
        {
            var encoding = Console.OutputEncoding;
            return encoding.GetString(encoding.GetBytes(text)) == text;
        }
        catch (IOException)
        {
            // A host without a console takes text as it is.
            return true;
        }
    }

    private static string Join(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            if (text.Length > 0) text.Append(Environment.NewLine);
            text.Append(line);
        }
        return text.ToString();
    }
}
