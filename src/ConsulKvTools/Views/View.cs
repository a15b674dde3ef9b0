using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using ConsulKvTools.Diagnosis.Host;
using ConsulKvTools.Kv.Comparison;

namespace ConsulKvTools;

/// <summary>What the views of <c>ConsulKvTools.Format.ps1xml</c> call. For views only; the objects themselves keep typed values.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class View
{
    private const string Reset = "\u001b[0m";
    private const int WidestText = 120;
    private const int LongestLine = 2000;
    private const int LongestValue = 4000;

    /// <summary>Text on one line, control characters visible.</summary>
    public static string Text(object? text, int longest) => Printable.Text(text?.ToString(), longest);

    /// <summary>Text cut in the middle to its share of the console, so that both ends of a key can be read; whole where there is no console.</summary>
    /// <param name="text">What to show.</param>
    /// <param name="host">PowerShell's <c>$Host</c>.</param>
    /// <param name="taken">Columns that others take, the blanks between included.</param>
    /// <param name="sharers">How many columns share the rest.</param>
    public static string Cut(object? text, PSHost? host, int taken, int sharers) => ViewWidth.Middle(Text(text, LongestLine), ViewWidth.Share(host, taken, sharers), host);

    /// <summary>A duration with the unit that suits it; empty for none.</summary>
    public static string Time(TimeSpan? duration) => duration switch
    {
        null => "",
        { Ticks: 0 } => "0 ms",
        { } known => DiagnosisText.Time(known),
    };

    /// <summary>A moment in UTC, marked as such: <c>2026-01-31 08:05:00Z</c>; empty for none.</summary>
    public static string Moment(object? moment) => moment is not null && Commands.Revival.MomentOf(moment) is { } known ? EvidenceText.Of(known.ToUniversalTime()) : "";

    /// <summary>The time of day at this machine, to the second.</summary>
    public static string Clock(DateTimeOffset moment) => moment.ToLocalTime().ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether a lock is held, lost or given back, in its colour.</summary>
    public static string LockState(ConsulKvLock held, object? style) =>
        held.IsHeld ? Paint(style, DiagnosisTone.Good, "Held") : held.Loss is null && held.IsReleased ? Paint(style, DiagnosisTone.Dim, "Given back") : Paint(style, DiagnosisTone.Bad, "Lost");

    /// <summary>A number of bytes with its unit; empty for none.</summary>
    public static string Bytes(int? size) => size is { } known ? Amount.Of(known, "byte") : "";

    /// <summary>A number of bytes as people read it; empty for none.</summary>
    public static string Size(long? size) => size is { } known ? ByteText.Of(known) : "";

    /// <summary>How old an answer may be; empty when the server did not say.</summary>
    public static string LastContact(TimeSpan? contact) => contact is { Ticks: 0 } ? "0 ms, the leader itself answered" : Time(contact);

    /// <summary>An entry's value on one line within its share of the console: long text with its length, other bytes with their size.</summary>
    public static string Value(ConsulKvEntry entry, PSHost? host, int taken, int sharers) => ValueText.Brief(entry, ViewWidth.Share(host, taken, sharers), host);

    /// <summary>An entry's value on one line, however long; of bytes that are no text the first as hexadecimal numbers and letters.</summary>
    public static string WholeValue(ConsulKvEntry entry, PSHost? host) => entry.IsText ? Printable.Text(entry.Value, LongestValue) : ValueText.Dump(entry.Bytes, ViewWidth.InList(host));

    /// <summary>Things, one a line.</summary>
    public static string Lines(IEnumerable? things) => things is null ? "" : Join(things.Cast<object?>().Select(one => Text(one, LongestLine)));

    /// <summary>Things on one line.</summary>
    public static string Listed(IEnumerable? things) => things is null ? "" : string.Join(", ", things.Cast<object?>().Select(one => Text(one, 200)));

    /// <summary>A finding's code; empty for none. Scripts may be strict, and then null has no property.</summary>
    public static string CodeOf(ConsulFinding? finding) => Text(finding?.Code, 60);

    /// <summary>The first of several things; empty when there are none.</summary>
    public static string First(IEnumerable? things) => Text(things?.Cast<object?>().FirstOrDefault(), 400);

    /// <summary>The root cause that was named most; empty when none was.</summary>
    public static string MostFrequent(IReadOnlyList<ConsulDiagnosisCause> causes) => Text(causes.Count == 0 ? null : causes[0].Code, 60);

    /// <summary>What is known by name, one a line.</summary>
    public static string Facts(IDictionary? facts) => facts is null ? "" : Join(facts.Cast<DictionaryEntry>().Select(fact => $"{Text(fact.Key, 60)}: {Printable.Text(EvidenceText.Of(fact.Value), 1000)}"));

    /// <summary>Commands, one a line, never cut.</summary>
    public static string CommandLines(string? commands) => commands is null ? "" : Join(commands.Split('\n').Select(line => Printable.Text(line.TrimEnd('\r'), int.MaxValue - 1)));

    /// <summary>The name of a key or folder in a drive's listing; a folder's has a slash at its end and, where there is colour, that of directories.</summary>
    public static string Item(ConsulKvItem item, object? style)
    {
        var name = Printable.Text(item.Name, 200);
        if (!item.IsFolder) return name;
        var colours = style is null ? null : PSObject.AsPSObject(style);
        var sequence = colours is null || colours.Properties["OutputRendering"]?.Value?.ToString() == "PlainText" ? "" : Sequence(colours, "FileInfo", "Directory");
        return sequence.Length == 0 ? name + "/" : sequence + name + Reset + "/";
    }

    /// <summary>A status word in its colour.</summary>
    /// <param name="status">An outcome, status, severity, verdict, or whether something is allowed or succeeded.</param>
    /// <param name="style">PowerShell's <c>$PSStyle</c>; null, as on Windows PowerShell, gives no colour.</param>
    public static string Status(PSObject? status, object? style)
    {
        var (word, tone) = (Commands.Revival.OfNamed(status) switch { PSObject wrapped => wrapped.BaseObject, var bare => bare }) switch
        {
            ConsulKvOutcome outcome => (outcome.ToString(), outcome switch
            {
                ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged => DiagnosisTone.Good,
                ConsulKvOutcome.Unknown => DiagnosisTone.Warning,
                _ => DiagnosisTone.Bad,
            }),
            ConsulKvMetricOutcome metric => (metric.ToString(), metric switch
            {
                ConsulKvMetricOutcome.Written or ConsulKvMetricOutcome.Unchanged or ConsulKvMetricOutcome.Found => DiagnosisTone.Good,
                ConsulKvMetricOutcome.Unknown or ConsulKvMetricOutcome.Filtered => DiagnosisTone.Warning,
                ConsulKvMetricOutcome.Missing or ConsulKvMetricOutcome.Cancelled => DiagnosisTone.Dim,
                _ => DiagnosisTone.Bad,
            }),
            ConsulKvReleaseStatus release => (release.ToString(), release switch
            {
                ConsulKvReleaseStatus.Current => DiagnosisTone.Good,
                ConsulKvReleaseStatus.Unfinished or ConsulKvReleaseStatus.Unknown => DiagnosisTone.Warning,
                ConsulKvReleaseStatus.Damaged => DiagnosisTone.Bad,
                _ => DiagnosisTone.Dim,
            }),
            ConsulFaultDrillVerdict drill => (drill.ToString(), drill switch
            {
                ConsulFaultDrillVerdict.Survived => DiagnosisTone.Good,
                ConsulFaultDrillVerdict.Degraded => DiagnosisTone.Warning,
                ConsulFaultDrillVerdict.Lost => DiagnosisTone.Bad,
                _ => DiagnosisTone.Dim,
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
            ConsulKvDifferenceKind difference => (difference.ToString(), DifferenceText.Mark(difference).Tone),
            ConsulKvAgreement agreement => (agreement.ToString(), agreement == ConsulKvAgreement.Same ? DiagnosisTone.Good : DiagnosisTone.Warning),
            SecretConfidence confidence => (confidence.ToString(), confidence switch { SecretConfidence.High => DiagnosisTone.Bad, SecretConfidence.Medium => DiagnosisTone.Warning, _ => DiagnosisTone.Dim }),
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
    public static string Diagnosis(ConsulDiagnosis diagnosis, PSHost? host, object? style) => Join(DiagnosisText.Lines(diagnosis, StyleOf(ViewWidth.Of(host), style)));

    /// <summary>A series of diagnoses as text.</summary>
    public static string Series(ConsulDiagnosisSeries series, PSHost? host, object? style) => Join(SeriesText.Lines(series, StyleOf(ViewWidth.Of(host), style)));

    /// <summary>A comparison of two diagnoses as text.</summary>
    public static string Comparison(ConsulDiagnosisComparison comparison, PSHost? host, object? style) => Join(ComparisonText.Lines(comparison, StyleOf(ViewWidth.Of(host), style)));

    /// <summary>A difference as git shows one.</summary>
    public static string Difference(ConsulKvDifference difference, PSHost? host, object? style) => Join(DifferenceText.Lines(difference, ViewWidth.Of(host) ?? WidestText).Select(line => line.Tone is { } tone ? Paint(style, tone, line.Text) : line.Text));

    /// <summary>What changed in a key, line by line.</summary>
    public static string Changes(IEnumerable<string> changes) => Join(changes.Select(line => Printable.Text(line, LongestLine)));

    /// <summary>Which environments have the same: <c>production A, staging A, test B (empty)</c>.</summary>
    public static string Groups(ConsulKvEnvironmentRow row) => string.Join(", ", row.Groups.Cast<DictionaryEntry>().Select(group => $"{Text(group.Key, 60)} {Text(group.Value, 4)}{(SizeOf(row, group.Key) == 0 ? " (empty)" : "")}"));

    /// <summary>A side's value on a line; what stands in parentheses instead is none: <c>(empty)</c>, <c>(binary, 12 bytes)</c>, <c>(not there)</c>.</summary>
    public static string Side(ConsulKvDifference difference, bool isReference, int longest)
    {
        var (value, size) = isReference ? (difference.ReferenceValue, difference.ReferenceSize) : (difference.DifferenceValue, difference.DifferenceSize);
        return ValuePlaceholder.Of(value, size, difference.Kind == ConsulKvDifferenceKind.Unknown) ?? Text(value, longest);
    }

    /// <summary>Values by environment, one a line.</summary>
    public static string Values(ConsulKvEnvironmentRow row) => Join(row.Values.Cast<DictionaryEntry>().Select(value =>
        $"{Text(value.Key, 60)}: {ValuePlaceholder.Of(value.Value as string, SizeOf(row, value.Key), row.Groups[value.Key] as string == "?") ?? Text(value.Value, 1000)}"));

    private static int? SizeOf(ConsulKvEnvironmentRow row, object environment) => row.Sizes?[environment] is { } size ? Convert.ToInt32(size, CultureInfo.InvariantCulture) : null;

    /// <summary>A part as a percentage.</summary>
    public static string Percent(double share) => DiagnosisText.Percent(share);

    /// <summary>Probes as one item of a list, one a line.</summary>
    public static string ProbesInList(IReadOnlyList<ProbeResult> probes, PSHost? host, object? style) => Join(DiagnosisText.Probes(probes, StyleOf(ViewWidth.InList(host), style)));

    /// <summary>A finding in full.</summary>
    public static string Finding(ConsulFinding finding, PSHost? host, object? style) => Finding(finding, StyleOf(ViewWidth.Of(host), style));

    /// <summary>A finding in full as one item of a list.</summary>
    public static string FindingInList(ConsulFinding finding, PSHost? host, object? style) => Finding(finding, StyleOf(ViewWidth.InList(host), style));

    /// <summary>The attempts of a write, one a line.</summary>
    public static string Attempts(IReadOnlyList<ConsulKvAttempt> attempts) => Join(attempts.Select(attempt =>
        $"{attempt.Number,2}  +{DiagnosisText.Time(attempt.StartedAfter),-8} {Printable.Text(attempt.Action, 40),-24} {attempt.Status,3} {Text(attempt.Code ?? attempt.Effect.ToString(), 60)} ({DiagnosisText.Time(attempt.Duration)})"
        + (attempt is { Sequel: not AttemptSequel.WentOn, Reason: { } reason } ? Environment.NewLine + "      " + Printable.Text(reason, 200) : "")));

    /// <summary>What one read mode answered, in one line: the value and its index, or why there is none.</summary>
    public static string Reading(ConsulKvReading reading, int longest) =>
        reading.Entry is { } entry
            ? $"{ValueText.Short(entry, longest)}, index {entry.ModifyIndex}" + (reading.LastContact is { } contact && contact > TimeSpan.Zero ? $", heard of the leader {DiagnosisText.Time(contact)} before" : "")
            : reading.State?.ToString() ?? reading.Finding?.Code ?? "";

    /// <summary>How old the stale answer is at least.</summary>
    public static string TimeBehind(ConsulKvConsistencyReport report) => report.TimeBehind is not { } time ? "" : time == TimeSpan.Zero ? report.IsStale == true ? "not known" : "0" : $"at least {DiagnosisText.Time(time)}";

    /// <summary>A star for the session that commands without -Session use in this runspace.</summary>
    public static string DefaultMark(ConsulKvSession session) => Commands.RunspaceSessions.Current.Default == session ? "*" : "";

    /// <summary>Settings that are not left at their default, one a line.</summary>
    public static string Settings(IReadOnlyList<ConsulSetting> settings) => Join(settings.Where(setting => setting.Value is not null).Select(setting =>
        $"{setting.Name,-22} {Printable.Text(setting.Value, 80)}  ({setting.Source}{(setting.Shadowed.Count == 0 ? "" : ", not " + string.Join(", ", setting.Shadowed))})"));

    private static string Finding(ConsulFinding finding, DiagnosisTextStyle style) =>
        Join([$"{style.Paint(DiagnosisText.ToneOf(finding.Severity), finding.Severity.ToString().ToUpperInvariant())}  {Printable.Text(finding.Title, 400)}", .. DiagnosisText.Finding(finding, style)]);

    private static DiagnosisTextStyle StyleOf(int? width, object? style) => new()
    {
        // The last column stays free: some consoles begin a new line of their own there.
        Width = width is null ? 99 : Math.Min(width.Value - 1, WidestText),
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

    internal static bool CanShow(string text)
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

    private static string Join(IEnumerable<string> lines) => string.Join(Environment.NewLine, lines);
}
