namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>A block of a section: a table, values, bars, a plot or paragraphs under a heading.</summary>
/// <param name="Heading">Its heading; unique within the section.</param>
internal abstract record ReportBlock(string Heading);
