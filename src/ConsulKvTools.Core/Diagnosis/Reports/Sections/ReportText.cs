namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>Paragraphs.</summary>
internal sealed record ReportText(string Heading, params IReadOnlyList<string> Paragraphs) : ReportBlock(Heading);
