using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Diagnosis.Reports;

/// <summary>What reports of every form say in the same words.</summary>
internal static class ReportWords
{
    /// <summary>The longest value that is shown whole: more is a page of its own, and the JSON form has it.</summary>
    public const int LongestValue = 4000;

    private static readonly Regex WordStart = new("(?<=[a-z0-9])(?=[A-Z])", RegexOptions.CultureInvariant);

    /// <summary>The verdict with its mark.</summary>
    public static string Verdict(DiagnosisVerdict verdict) => verdict switch
    {
        DiagnosisVerdict.Healthy => "✓ Healthy",
        DiagnosisVerdict.Degraded => "! Degraded",
        _ => "✗ Faulty",
    };

    /// <summary>The verdict in one sentence.</summary>
    public static string Sentence(ConsulDiagnosis diagnosis)
    {
        if (diagnosis.RootCause is { } root) return Sentence(root.Title);
        if (diagnosis.Verdict != DiagnosisVerdict.Healthy) return "Nothing was found, but not every probe could be run to its end.";
        return diagnosis.Findings.Any(finding => finding is { IsSuppressed: true, Severity: > FindingSeverity.Info })
            ? "Nothing stands in the way of the write but what is suppressed."
            : "Nothing stands in the way of the write.";
    }

    /// <summary>A title with its full stop.</summary>
    public static string Sentence(string title) => title.Length == 0 || title[title.Length - 1] is '.' or '!' or '?' ? title : title + ".";

    /// <summary>A probe's status with its mark.</summary>
    public static string Status(ProbeStatus status) => $"{DiagnosisText.Mark(status, unicode: true)} {status}";

    /// <summary>A moment for people, with its offset.</summary>
    public static string Moment(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);

    /// <summary>A value of evidence or facts, control characters visible.</summary>
    public static string Value(object? value) => Printable.Text(EvidenceText.Of(value), LongestValue);

    /// <summary>The name of a value in words: <c>TlsNotAfter</c> is <c>TLS not after</c>.</summary>
    public static string Name(object name)
    {
        var words = WordStart.Replace(Convert.ToString(name, CultureInfo.InvariantCulture) ?? "", " ").Split(' ')
            .Select((word, index) => word.ToUpperInvariant() is "TLS" or "HTTP" or "ACL" or "IP" or "URL" or "DNS" or "TCP" ? word.ToUpperInvariant() : index == 0 ? Capital(word) : word.ToLowerInvariant());
        return Printable.Text(string.Join(" ", words), 200);
    }

    /// <summary>Names and values, in their order.</summary>
    public static IEnumerable<(string Name, string Value)> Pairs(IDictionary values) =>
        values.Cast<DictionaryEntry>().Where(pair => pair.Value is not null).Select(pair => (Name(pair.Key), Value(pair.Value)));

    /// <summary>True when two findings of one diagnosis are the same one.</summary>
    public static bool IsRootCause(this ConsulFinding finding, ConsulDiagnosis diagnosis) => diagnosis.RootCause?.Code == finding.Code && !finding.IsSuppressed;

    /// <summary>The measurements among the facts: how long a step took, by its name.</summary>
    public static IEnumerable<(string Name, TimeSpan Time)> Latencies(ConsulDiagnosis diagnosis)
    {
        foreach (DictionaryEntry fact in diagnosis.Facts)
        {
            if (fact is not { Key: string key, Value: TimeSpan time } || time < TimeSpan.Zero) continue;
            foreach (var ending in new[] { "Time", "Latency" })
                if (key.EndsWith(ending, StringComparison.Ordinal) && key.Length > ending.Length) yield return (Name(key.Substring(0, key.Length - ending.Length)), time);
        }
    }

    private static string Capital(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name.Substring(1);
}
