using ConsulKvTools.Diagnosis.Reports;
using ConsulKvTools.Diagnosis.Reports.Html;
using ConsulKvTools.Diagnosis.Reports.JUnit;
using ConsulKvTools.Diagnosis.Reports.Markdown;
using ConsulKvTools.Diagnosis.Reports.Secrets;
using ConsulKvTools.Diagnosis.Reports.Sections;
using ConsulKvTools.Files;

namespace ConsulKvTools;

/// <summary>Diagnoses as a file for somebody else: a page, a text to paste, a document, a test result.</summary>
public static class DiagnosisReport
{
    /// <summary>The form that a file's name asks for: <c>.html</c>, <c>.htm</c>, <c>.md</c>, <c>.markdown</c>, <c>.json</c> or <c>.xml</c>; null for any other.</summary>
    public static DiagnosisReportFormat? FormatOf(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".html" or ".htm" => DiagnosisReportFormat.Html,
        ".md" or ".markdown" => DiagnosisReportFormat.Markdown,
        ".json" => DiagnosisReportFormat.Json,
        ".xml" => DiagnosisReportFormat.JUnit,
        _ => null,
    };

    /// <summary>The report as text. It was searched for every secret of the diagnosed sessions.</summary>
    /// <param name="diagnoses">One or more, in the order they shall stand in.</param>
    /// <param name="format">Its form.</param>
    /// <param name="minimumSeverity">Findings below it are left out; the root cause never is, and the verdict stays.</param>
    /// <exception cref="ConsulException">A secret stands in it: <c>Report.HoldsSecret</c> names the section.</exception>
    public static string Render(IReadOnlyList<ConsulDiagnosis> diagnoses, DiagnosisReportFormat format, FindingSeverity minimumSeverity = FindingSeverity.Info) =>
        Render(diagnoses, [], format, minimumSeverity);

    /// <summary>As the public one, with parts that are no diagnoses behind them.</summary>
    /// <exception cref="ConsulException"><c>Report.HoldsSecret</c>, or <c>Request.Invalid</c> when the form has no place for such parts.</exception>
    internal static string Render(IReadOnlyList<ConsulDiagnosis> diagnoses, IReadOnlyList<IReportPart> parts, DiagnosisReportFormat format, FindingSeverity minimumSeverity = FindingSeverity.Info)
    {
        DiagnosesOnly.Require(format, parts);
        var shown = diagnoses.Select(diagnosis => diagnosis.AtLeast(minimumSeverity)).ToArray();
        var report = format switch
        {
            DiagnosisReportFormat.Html => HtmlReport.Render(shown, parts),
            DiagnosisReportFormat.Markdown => MarkdownReport.Render(shown, parts),
            DiagnosisReportFormat.JUnit => JUnitReport.Render(shown),
            _ => shown is [var one] ? DiagnosisJson.Write(one) : DiagnosisJson.Write(shown),
        };
        SecretCheck.Require(shown, parts, report);
        return report;
    }

    /// <summary>Writes the report into a file that is either whole or not there: it is written beside its place and then moved.</summary>
    /// <param name="diagnoses">One or more, in the order they shall stand in.</param>
    /// <param name="file">Where to; its folder has to exist.</param>
    /// <param name="format">Its form; null takes that of the file's name.</param>
    /// <param name="minimumSeverity">Findings below it are left out; the root cause never is, and the verdict stays.</param>
    /// <param name="noClobber">True refuses a file that is already there.</param>
    /// <param name="force">True replaces a file even when it is write-protected.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ConsulException"><c>Report.HoldsSecret</c>, <c>Report.NotWritten</c>, or <c>Request.Invalid</c> when the name says no form.</exception>
    public static FileInfo Save(
        IReadOnlyList<ConsulDiagnosis> diagnoses, string file, DiagnosisReportFormat? format = null, FindingSeverity minimumSeverity = FindingSeverity.Info, bool noClobber = false, bool force = false) =>
        Save(diagnoses, [], file, format, minimumSeverity, noClobber, force);

    /// <summary>As the public one, with parts that are no diagnoses behind them.</summary>
    internal static FileInfo Save(
        IReadOnlyList<ConsulDiagnosis> diagnoses, IReadOnlyList<IReportPart> parts, string file, DiagnosisReportFormat? format, FindingSeverity minimumSeverity, bool noClobber, bool force)
    {
        var text = Render(diagnoses, parts, format ?? FormatOf(file) ?? throw UnknownForm(file), minimumSeverity);
        return WholeFile.Write(file, text, noClobber, force);
    }

    /// <summary>The error for a file whose name says no form.</summary>
    internal static ConsulException UnknownForm(string file) => ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", "-Format"),
        ("problem", $"the name {Printable.Text(Path.GetFileName(file), 120)} does not say which report is wanted; end it with .html, .md, .json or .xml, or name the format")));
}
