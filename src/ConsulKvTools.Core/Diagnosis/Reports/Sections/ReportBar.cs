namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>One bar.</summary>
/// <param name="Name">What it stands for.</param>
/// <param name="Length">How long it is, 0 or more, in the unit of all bars.</param>
/// <param name="Says">Its value in words.</param>
/// <param name="Tone">How grave it is; null when that is no question.</param>
internal sealed record ReportBar(string Name, double Length, string Says, DiagnosisTone? Tone = null);
