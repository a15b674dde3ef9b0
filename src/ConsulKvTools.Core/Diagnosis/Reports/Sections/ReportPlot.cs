namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>Measurements over time, with what is expected and where the limit lies.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Description">What the drawing shows, in one or two sentences, also for those who do not see it.</param>
/// <param name="Points">What was measured, by time.</param>
/// <param name="Name">A value in words.</param>
internal sealed record ReportPlot(string Heading, string Description, IReadOnlyList<(DateTimeOffset Time, double Value)> Points, Func<double, string> Name) : ReportBlock(Heading)
{
    /// <summary>What is expected, by time: the middle, and between which values; empty without a forecast.</summary>
    public IReadOnlyList<(DateTimeOffset Time, double Value, double Low, double High)> Expected { get; init; } = [];

    /// <summary>A value that must not be reached; null without one.</summary>
    public double? Limit { get; init; }

    /// <summary>What the limit is, for its line.</summary>
    public string LimitName { get; init; } = "limit";

    /// <summary>True for bytes, whose round numbers are powers of two.</summary>
    public bool IsBinary { get; init; }
}
