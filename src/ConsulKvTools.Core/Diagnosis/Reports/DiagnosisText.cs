using System.Collections;
using System.Globalization;
using System.Text;
using ConsulKvTools.Diagnosis.Reports;

namespace ConsulKvTools;

/// <summary>A diagnosis as people read it: the way of the write with a mark a probe, then the verdict, the root cause and what to do.</summary>
/// <remarks>The module's view and the command line both show exactly this.</remarks>
public static class DiagnosisText
{
    private const int LabelWidth = 10;
    private const int NarrowestWidth = 40;
    private const int NarrowestText = 18;

    /// <summary>The whole diagnosis, line by line, without line ends.</summary>
    public static IEnumerable<string> Lines(ConsulDiagnosis diagnosis, DiagnosisTextStyle style)
    {
        var width = Math.Max(NarrowestWidth, style.Width);
        var about = diagnosis.Key is null ? "" : $", key {Printable.Text(diagnosis.Key, 120)}";
        foreach (var line in Wrap($"Consul at {Printable.Text(diagnosis.Target)}{about}", width)) yield return line;
        yield return "";
        foreach (var line in Probes(diagnosis.Probes, style)) yield return line;
        yield return "";
        foreach (var line in Verdict(diagnosis, style, width)) yield return line;
        var others = diagnosis.Findings.Where(finding => !IsSame(finding, diagnosis.RootCause)).ToArray();
        foreach (var group in others.GroupBy(finding => finding.IsSuppressed).OrderBy(group => group.Key))
        {
            yield return "";
            yield return group.Key ? "Suppressed" : "Also found";
            foreach (var finding in group)
                foreach (var line in Brief(finding, style, width)) yield return line;
        }
    }

    /// <summary>One line a probe: mark, probe, what it saw and how long it took; of a skipped probe the reason.</summary>
    public static IEnumerable<string> Probes(IReadOnlyList<ProbeResult> probes, DiagnosisTextStyle style)
    {
        var width = Math.Max(NarrowestWidth, style.Width);
        // Of a file that was read back a name may be anything; what it saw matters more.
        var nameWidth = Math.Min(width - 6 - NarrowestText, probes.Select(probe => Printable.Text(probe.Probe).Length).DefaultIfEmpty(0).Max());
        foreach (var probe in probes)
        {
            var head = $" {Printable.Text(probe.Probe).PadRight(nameWidth).Substring(0, nameWidth)}  ";
            var text = Printable.Text(probe.Summary);
            if (probe.Status != ProbeStatus.Skipped) text += $" ({Together(Time(probe.Duration))})";
            var first = true;
            foreach (var line in Wrap(text, width - 3 - head.Length))
            {
                yield return first
                    ? "  " + style.Paint(ToneOf(probe.Status), Mark(probe.Status, style.Unicode)) + head + line
                    : new string(' ', 3 + head.Length) + line;
                first = false;
            }
        }
    }

    /// <summary>A finding in full: title, why, evidence, remedy and command.</summary>
    public static IEnumerable<string> Finding(ConsulFinding finding, DiagnosisTextStyle style)
    {
        var width = Math.Max(NarrowestWidth, style.Width);
        foreach (var line in Labelled("Code", finding.Code, width)) yield return line;
        foreach (var line in Labelled("Cause", finding.Cause, width)) yield return line;
        if (finding.Evidence.Count > 0)
            foreach (var line in Labelled("Evidence", Evidence(finding.Evidence), width)) yield return line;
        foreach (var line in Labelled("Remedy", finding.Remedy, width)) yield return line;
        if (finding.Command is null) yield break;
        // A command is to be pasted, so it is broken only where one command ends and the next begins.
        var label = "Run";
        var command = finding.Command.Length > width - LabelWidth - 2 ? finding.Command.Replace("; ", "\n") : finding.Command;
        foreach (var line in command.Split('\n'))
        {
            yield return "  " + label.PadRight(LabelWidth) + Printable.Text(line, 2000);
            label = "";
        }
    }

    /// <summary>Evidence on one line: <c>name value; name value</c>.</summary>
    public static string Evidence(IDictionary evidence)
    {
        var text = new StringBuilder();
        foreach (DictionaryEntry pair in evidence)
        {
            if (text.Length > 0) text.Append("; ");
            text.Append(pair.Key).Append(' ').Append(Printable.Text(EvidenceText.Of(pair.Value), 200));
        }
        return text.ToString();
    }

    /// <summary>The mark of a probe's status.</summary>
    public static string Mark(ProbeStatus status, bool unicode) => (status, unicode) switch
    {
        (ProbeStatus.Passed, true) => "✓",
        (ProbeStatus.Failed, true) => "✗",
        (ProbeStatus.Skipped, true) => "–",
        (ProbeStatus.Passed, false) => "+",
        (ProbeStatus.Failed, false) => "x",
        (ProbeStatus.Skipped, false) => "-",
        (ProbeStatus.Warning, _) => "!",
        _ => "?",
    };

    /// <summary>What a probe's status means.</summary>
    public static DiagnosisTone ToneOf(ProbeStatus status) => status switch
    {
        ProbeStatus.Passed => DiagnosisTone.Good,
        ProbeStatus.Failed => DiagnosisTone.Bad,
        ProbeStatus.Skipped => DiagnosisTone.Dim,
        _ => DiagnosisTone.Warning,
    };

    /// <summary>What a finding's severity means.</summary>
    public static DiagnosisTone ToneOf(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Error => DiagnosisTone.Bad,
        FindingSeverity.Warning => DiagnosisTone.Warning,
        _ => DiagnosisTone.Dim,
    };

    /// <summary>What a verdict means.</summary>
    public static DiagnosisTone ToneOf(DiagnosisVerdict verdict) => verdict switch
    {
        DiagnosisVerdict.Healthy => DiagnosisTone.Good,
        DiagnosisVerdict.Degraded => DiagnosisTone.Warning,
        _ => DiagnosisTone.Bad,
    };

    /// <summary>A duration with the unit that suits it: <c>0.4 ms</c>, <c>35 ms</c>, <c>2.1 s</c>, <c>1:02:03</c>, <c>7 d 0:00:00</c>.</summary>
    public static string Time(TimeSpan duration) => duration.TotalMilliseconds switch
    {
        < 10 => duration.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms",
        < 1000 => duration.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms",
        < 60_000 => duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        < 86_400_000 => duration.ToString("h\\:mm\\:ss", CultureInfo.InvariantCulture),
        _ => duration.ToString("d\\ \\d\\ h\\:mm\\:ss", CultureInfo.InvariantCulture),
    };

    /// <summary>A part of the whole, 0 to 1, as a percentage: <c>80 %</c>; what is nearly nothing or nearly all keeps its digits.</summary>
    public static string Percent(double share) => (share * 100).ToString(share is > 0.99 and < 1 or > 0 and < 0.01 ? "0.0#" : "0", CultureInfo.InvariantCulture) + " %";

    private static IEnumerable<string> Verdict(ConsulDiagnosis diagnosis, DiagnosisTextStyle style, int width)
    {
        var word = diagnosis.Verdict.ToString().ToUpperInvariant();
        var sentence = ReportWords.Sentence(diagnosis);
        var first = true;
        foreach (var line in Wrap($"{sentence} ({Together(Time(diagnosis.Duration))})", width - word.Length - 2))
        {
            yield return first ? style.Paint(ToneOf(diagnosis.Verdict), word) + "  " + line : new string(' ', word.Length + 2) + line;
            first = false;
        }
        if (diagnosis.RootCause is null) yield break;
        foreach (var line in Finding(diagnosis.RootCause, style)) yield return line;
    }

    private static IEnumerable<string> Brief(ConsulFinding finding, DiagnosisTextStyle style, int width)
    {
        var mark = finding.IsSuppressed ? Mark(ProbeStatus.Skipped, style.Unicode) : finding.Severity switch { FindingSeverity.Error => Mark(ProbeStatus.Failed, style.Unicode), FindingSeverity.Warning => "!", _ => "i" };
        var text = $"{finding.Code}: {ReportWords.Sentence(finding.Title)}" + (finding.BlockedBy is null ? "" : $" Because of {finding.BlockedBy}.")
            + (finding.IsSuppressed ? $" {finding.Severity}, suppressed by {Printable.Text(finding.SuppressedBy, 120)}." : "");
        var first = true;
        foreach (var line in Wrap(text, width - 4))
        {
            yield return first ? "  " + style.Paint(finding.IsSuppressed ? DiagnosisTone.Dim : ToneOf(finding.Severity), mark) + " " + line : "    " + line;
            first = false;
        }
    }

    private static bool IsSame(ConsulFinding finding, ConsulFinding? other) =>
        ReferenceEquals(finding, other) || (other is not null && finding.Code == other.Code && finding.Probe == other.Probe);

    private static IEnumerable<string> Labelled(string label, string text, int width)
    {
        foreach (var line in Wrap(Printable.Text(text, 2000), width - LabelWidth - 2))
        {
            yield return "  " + label.PadRight(LabelWidth) + line;
            label = "";
        }
    }

    /// <summary>Breaks text between words; a word longer than the width is broken where the line ends.</summary>
    private static IEnumerable<string> Wrap(string text, int width)
    {
        while (text.Length > width)
        {
            var blank = text.LastIndexOf(' ', width);
            var cut = blank > 0 ? blank : width;
            yield return Apart(text.Substring(0, cut));
            text = text.Substring(cut).TrimStart();
        }
        yield return Apart(text);
    }

    /// <summary>Keeps a number and its unit on one line.</summary>
    private static string Together(string measure) => measure.Replace(' ', '\u00a0');

    private static string Apart(string line) => line.Replace('\u00a0', ' ');
}
