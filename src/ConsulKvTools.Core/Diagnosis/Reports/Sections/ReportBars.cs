namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>Bars side by side on one axis from zero, each with its name and its value in words.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Label">What the names are: the heading of their column.</param>
/// <param name="Value">What the values are: the heading of theirs.</param>
/// <param name="Bars">The bars.</param>
/// <param name="Whole">Where the axis ends; null ends it with the longest bar.</param>
internal sealed record ReportBars(string Heading, string Label, string Value, IReadOnlyList<ReportBar> Bars, double? Whole = null) : ReportBlock(Heading);
