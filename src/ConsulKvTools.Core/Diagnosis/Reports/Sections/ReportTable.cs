namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>A table; the first column names the row.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Columns">The columns' names.</param>
/// <param name="Rows">A cell a column.</param>
internal sealed record ReportTable(string Heading, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<ReportRow> Rows) : ReportBlock(Heading);
