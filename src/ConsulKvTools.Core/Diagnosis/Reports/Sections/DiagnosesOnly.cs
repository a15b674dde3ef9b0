namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>The forms that hold diagnoses and nothing else: whoever reads them by program relies on that.</summary>
internal static class DiagnosesOnly
{
    /// <summary>Refuses a part in a form that has no place for it, rather than leave it out.</summary>
    /// <exception cref="ConsulException"><c>Request.Invalid</c>.</exception>
    public static void Require(DiagnosisReportFormat format, IReadOnlyList<IReportPart> parts)
    {
        if (parts.Count > 0 && format is not (DiagnosisReportFormat.Html or DiagnosisReportFormat.Markdown))
            throw ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", "-Format"),
                ("problem", $"{(format == DiagnosisReportFormat.Json ? "the JSON document" : "JUnit")} holds diagnoses only, and a {parts[0].Section.Kind} was given too; choose .html or .md, or write it with ConvertTo-Json")));
    }
}
