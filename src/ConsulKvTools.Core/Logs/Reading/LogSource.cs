namespace ConsulKvTools.Logs.Reading;

/// <summary>Where lines come from, and what is known of them so far.</summary>
/// <param name="name">Its name for people: a path, a unit, an address.</param>
/// <param name="end">When it was last written: years that are not written are told by it.</param>
/// <param name="hasNumbers">True when its lines can be found again by number.</param>
internal sealed class LogSource(string name, DateTimeOffset end, bool hasNumbers)
{
    private const int MostNodes = 1000;

    private string? lastNode;
    private string? levelNode;
    private string levelProgram = "";
    private ConsulLogLevel level;
    private readonly Dictionary<string, DateTimeOffset> times = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DateTimeOffset First, DateTimeOffset Last)> lives = new(StringComparer.Ordinal);

    /// <summary>Its name for people.</summary>
    public string Name { get; } = name;

    /// <summary>When it was last written.</summary>
    public DateTimeOffset End { get; } = end;

    /// <summary>True when its lines can be found again by number.</summary>
    public bool HasNumbers { get; } = hasNumbers;

    /// <summary>Where it was written: times that say no zone are told by it.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Local;

    /// <summary>The present line's number.</summary>
    public long Line { get; set; }

    /// <summary>Whose log it is, once it says so; null before.</summary>
    public string? Node { get; set; }

    /// <summary>The time of the last line that has one: what follows without is of the same.</summary>
    public DateTimeOffset? Time { get; private set; }

    /// <summary>The least of its times; null when it has none.</summary>
    public DateTimeOffset? Earliest { get; private set; }

    /// <summary>The greatest of its times; null when it has none.</summary>
    public DateTimeOffset? Latest { get; private set; }

    /// <summary>Lines that are Consul's, or that a rule knows.</summary>
    public long Recognised { get; set; }

    /// <summary>Lines within the time that was asked for, of any level.</summary>
    public long Within { get; set; }

    /// <summary>What to do where it tells nothing, in sentences; null when nobody knows.</summary>
    public string? WayOn { get; init; }

    /// <summary>What is to be said of it though it was read, in a sentence; null when nothing.</summary>
    public string? Remark { get; set; }

    /// <summary>What had to be assumed of it; null when nothing.</summary>
    public string? Note { get; set; }

    /// <summary>Whose a line is: whom it names itself, else the log's owner. Line after line is mostly the same one's, and not made a text again.</summary>
    public string? NodeOf(ReadOnlySpan<char> named)
    {
        if (named.IsEmpty) return Node;
        return lastNode is not null && named.SequenceEqual(lastNode.AsSpan()) ? lastNode : lastNode = named.ToString();
    }

    /// <summary>How grave a line is: what it says itself, else what the line says that it continues; None when there is none. To be asked of each line.</summary>
    public ConsulLogLevel LevelOf(in LogRecord record)
    {
        var node = NodeOf(record.Node);
        var isSameProgram = record.Program.SequenceEqual(levelProgram.AsSpan());
        // Without a time it is a further line of the message before it.
        var continues = record.Stamp is null || (node == levelNode && isSameProgram);
        if (record.Level != ConsulLogLevel.None) level = record.Level;
        // So Go says that a program dies.
        else if (record.Message.StartsWith("panic: ".AsSpan(), StringComparison.Ordinal) || record.Message.StartsWith("fatal error: ".AsSpan(), StringComparison.Ordinal)) level = ConsulLogLevel.Error;
        // So Consul says that it starts, and what it is.
        else if (!continues || record.Message.StartsWith("==> ".AsSpan(), StringComparison.Ordinal)) level = ConsulLogLevel.None;
        if (record.Stamp is not null)
        {
            levelNode = node;
            if (!isSameProgram) levelProgram = record.Program.ToString();
        }
        return level;
    }

    /// <summary>The time of a node's last line; null before its first.</summary>
    public DateTimeOffset? TimeOf(string? node) => times.TryGetValue(node ?? "", out var time) ? time : null;

    /// <summary>Takes note of a line of an agent's own.</summary>
    /// <param name="named">Whom the line names as its machine; empty when nobody.</param>
    public void KeepLife(ReadOnlySpan<char> named)
    {
        if (Time is not { } time) return;
        var node = named.IsEmpty ? "" : NodeOf(named)!;
        if (lives.TryGetValue(node, out var life)) lives[node] = (life.First, time > life.Last ? time : life.Last);
        else if (lives.Count < MostNodes) lives.Add(node, (time, time));
    }

    /// <summary>From when to when an agent's own lines are here; null when there are none with a time.</summary>
    /// <param name="node">Its machine; null for the one that names none.</param>
    public (DateTimeOffset First, DateTimeOffset Last)? LifeOf(string? node) =>
        (node is not null && lives.TryGetValue(node, out var life)) || (node == Node && lives.TryGetValue("", out life)) ? life : null;

    /// <summary>Takes note of a line's time.</summary>
    public void Keep(string? node, DateTimeOffset time)
    {
        Time = time;
        if (Earliest is null || time < Earliest) Earliest = time;
        if (Latest is null || time > Latest) Latest = time;
        if (times.Count < MostNodes || times.ContainsKey(node ?? "")) times[node ?? ""] = time;
    }
}
