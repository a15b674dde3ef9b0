namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Style">How its cells are shown.</param>
internal sealed record ReportColumn(string Name, ReportColumnStyle Style = ReportColumnStyle.Words);
