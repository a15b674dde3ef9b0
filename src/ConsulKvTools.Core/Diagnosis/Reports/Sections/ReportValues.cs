namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>Names and their values.</summary>
internal sealed record ReportValues(string Heading, IReadOnlyList<(string Name, string Value)> Values) : ReportBlock(Heading);
