namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>A row of a table.</summary>
/// <param name="Cells">A text a column.</param>
/// <param name="Tone">How grave it is: the first cell is then marked by it; null for an ordinary row.</param>
internal sealed record ReportRow(IReadOnlyList<string> Cells, DiagnosisTone? Tone = null);
