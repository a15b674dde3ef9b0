namespace ConsulKvTools.Logs.Grouping;

/// <summary>The lines of one finding, while they are counted.</summary>
internal sealed class LineGroup
{
    private const int MostNames = 20;

    private readonly HashSet<string> nodes = new(StringComparer.Ordinal);
    private readonly List<string> sources = [];

    public LineGroup(string code, ConsulFinding finding) => (Code, Finding) = (code, finding);

    public string Code { get; }

    /// <summary>That of the sample.</summary>
    public ConsulFinding Finding { get; }

    public long Count { get; private set; }

    public DateTimeOffset? First { get; private set; }

    public DateTimeOffset? Last { get; private set; }

    public string? Sample { get; set; }

    public string? SampleSource { get; set; }

    public TimeHistogram Times { get; } = new();

    public IReadOnlyList<string> Nodes => nodes.OrderBy(node => node, StringComparer.Ordinal).ToArray();

    public IReadOnlyList<string> Sources => sources;

    public void Add(DateTimeOffset? time, string? node, string source)
    {
        Count++;
        if (time is { } known)
        {
            if (First is null || known < First) First = known;
            if (Last is null || known > Last) Last = known;
            Times.Add(known);
        }
        if (node is not null && nodes.Count < MostNames) nodes.Add(node);
        if (sources.Count < MostNames && (sources.Count == 0 || sources[sources.Count - 1] != source) && !sources.Contains(source)) sources.Add(source);
    }
}
