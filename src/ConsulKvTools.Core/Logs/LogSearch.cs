using ConsulKvTools.Diagnosis.Errors;
using ConsulKvTools.Logs.Events;
using ConsulKvTools.Logs.Grouping;
using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Logs;

/// <summary>
/// Takes lines of logs and makes findings of them: grouped by what they mean, counted over time, and what happened named. Memory is bounded by
/// the number of codes and the minutes with failures, not by the lines.
/// </summary>
internal sealed class LogSearch
{
    private const int Parts = 24;
    private const int MostTemplates = 50_000;
    private const int MostUnrecognised = 200;
    private const int MostEvents = 1000;
    private const int LongestSample = 600;
    private const int LongestMessage = 8000;
    private const int FirstLines = 20;

    /// <summary>The codes of what several lines tell together.</summary>
    public static readonly IReadOnlyList<string> CodesOfEvents = ["Log.LeaderChange", "Log.Restart", "Log.Snapshot", "Log.SlowWrites", "Log.ClockJump", "Log.FailureBurst"];

    private readonly LogSearchRequest request;
    private readonly Dictionary<string, LineGroup> groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LineGroup> unrecognised = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> codeOf = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Dictionary<string, long>> failures = [];
    private readonly SignalBook signals = new();
    private readonly List<LogSource> sources = [];
    private readonly List<LogSource> finished = [];
    private readonly Action<ConsulLogLine>? raw;
    private DateTimeOffset? first;
    private DateTimeOffset? last;
    private long order;

    /// <param name="request">What counts.</param>
    /// <param name="raw">Takes each line that counts; null when only findings are wanted.</param>
    public LogSearch(LogSearchRequest request, Action<ConsulLogLine>? raw = null) => (this.request, this.raw) = (request, raw);

    /// <summary>Lines that came in.</summary>
    public long Lines { get; private set; }

    /// <summary>Lines within the time and of the level that was asked for.</summary>
    public long Counted { get; private set; }

    /// <summary>What had to be assumed of times; empty when nothing.</summary>
    public SortedSet<string> TimeNotes { get; } = new(StringComparer.Ordinal);

    /// <summary>What is to be said of logs that tell nothing: a sentence each; empty when Consul's lines were read.</summary>
    public IEnumerable<string> Silence => LogSilence.Of(finished, request);

    /// <summary>A source was read to its end.</summary>
    public void Finish(LogSource source) => finished.Add(source);

    /// <summary>Adds a line of a source.</summary>
    public void Add(LogSource source, ReadOnlySpan<char> line)
    {
        Lines++;
        if (source.Line++ == 0) sources.Add(source);
        if (line.Length > 0 && line[line.Length - 1] == '\r') line = line.Slice(0, line.Length - 1);
        if (line.IsWhiteSpace()) return;
        var record = LogPrefix.Read(line);
        if (record.Stamp is { } stamp)
        {
            // Lines of an agent come in order; of a merged log only those of one node.
            var node = source.NodeOf(record.Node);
            var time = stamp.Resolve(source.End, source.Zone, source.TimeOf(node) ?? source.Time);
            if (!stamp.HasYear && TimeNotes.Count < 2) TimeNotes.Add("Times without a year are taken as of the last year in which they do not lie after the log's end");
            if (stamp.Offset is null && TimeNotes.Count < 2) TimeNotes.Add("Times without a zone are taken as this machine's local time");
            source.Note = (stamp.HasYear, stamp.Offset is not null) switch { (true, true) => null, (false, false) => "year and zone assumed", (false, _) => "year assumed", _ => "zone assumed" };
            if (source.TimeOf(node) is { } before && before - time >= LogStamp.ClockBack && IsWithin(time) && !MayBeEndOfSummer(stamp, before - time))
                signals.Add(new(LogSignalKind.ClockBack, time, node, source, source.Line > 0 ? $"{source.Name}, line {source.Line}" : source.Name, before - time, order));
            source.Keep(node, time);
        }
        order++;
        var now = source.Time;
        var level = source.LevelOf(record);
        var read = SignalReader.Read(record.Module, record.Message, request.SlowWrite);
        // An agent's first lines name itself; later it tells of others that join.
        if (read.Node is not null && (read.IsOwn || source.Recognised < FirstLines)) source.Node ??= read.Node;
        var isConsuls = read.Kind is not null || read.Node is not null || (record.Level != ConsulLogLevel.None && ConsulModules.Has(record.Module));
        if (isConsuls)
        {
            source.Recognised++;
            source.KeepLife(record.Node);
        }
        var owner = source.NodeOf(record.Node);
        if (read.Kind is { } kind && (IsWithin(now) || IsContext(kind, now)))
            signals.Add(new(kind, now, owner, source, kind == LogSignalKind.Started && now - source.LifeOf(owner)?.First > EventTeller.SameStart ? EventTeller.NotAtTheBeginning : read.About, read.Duration, order));
        if (!IsWithin(now)) return;
        source.Within++;
        if (first is null || now < first) first = now;
        if (last is null || now > last) last = now;
        if (record.Level != ConsulLogLevel.None && record.Level < request.Level) return;
        var code = CodeOf(line, ref record, out var finding);
        // What a rule knows is told whatever its line lacks.
        if (code is null && level < request.Level) return;
        Counted++;

        if (code is not null)
        {
            if (!isConsuls) source.Recognised++;
            if (!groups.TryGetValue(code, out var group)) groups.Add(code, group = Begin(code, finding ?? Known(code, Whole(line, ref record)), source, line));
            group.Add(now, owner, source.Name);
            // Only what is in the way is a failure.
            if (now is { } moment && group.Finding.Severity >= FindingSeverity.Warning) Failure(moment, code);
        }
        else if (record.Level >= ConsulLogLevel.Warn)
        {
            Unrecognised(ref record, line, source, owner);
            if (record.Level == ConsulLogLevel.Error && now is { } moment) Failure(moment, "Log.Unrecognised");
        }
        if (raw is not null && (request.Codes.Count == 0 || ((code ?? (record.Level >= ConsulLogLevel.Warn ? "Log.Unrecognised" : null)) is { } told && request.Wants(told))))
            raw(new ConsulLogLine
            {
                Time = now,
                TimeNote = source.Note,
                Level = record.Level,
                Node = owner is null ? null : Printable.Text(owner, 120),
                Module = record.Module.IsEmpty ? null : Printable.Text(record.Module.ToString(), 120),
                Message = Shown(record.Message, LongestMessage),
                Code = code,
                Source = source.Name,
                Line = source.HasNumbers ? source.Line : null,
            });
    }

    /// <summary>What was found: the gravest first, of equals what there is most of.</summary>
    public IReadOnlyList<ConsulLogFinding> Findings()
    {
        var found = groups.Values.Select(group => Of(group)).Concat(unrecognised.Values.Select(group => Of(group)));
        found = found.Concat(
        [
            .. Events("Log.LeaderChange", "leader change", EventTeller.LeaderChanges(signals.OfLeaders, signals.LastMissed, last, request.Until)),
            .. Events("Log.Restart", "agent start", EventTeller.Restarts(signals.Kept, sources)),
            .. Tallied("Log.Snapshot", "raft snapshot", LogSignalKind.SnapshotDone, tally => EventTeller.Snapshots(signals.Kept), tally => EventTeller.Snapshots([.. signals.Kept.Where(signal => signal.Kind == LogSignalKind.SnapshotBegun && signal.About == tally.Latest!.About), tally.Latest!])),
            // The longest tells most of slow ones, of all others the last.
            .. Tallied("Log.SlowWrites", "slow write", LogSignalKind.SlowWrite, tally => EventTeller.SlowWrites(tally.Earliest), tally => EventTeller.SlowWrites([tally.Longest!])),
            .. Tallied("Log.ClockJump", "time", LogSignalKind.ClockBack, tally => EventTeller.ClockJumps(tally.Earliest), tally => EventTeller.ClockJumps([tally.Latest!])),
            .. Events("Log.FailureBurst", "failure burst", EventTeller.Bursts(failures, first, last).Select(burst => burst.Event)),
        ]);
        return [.. found.Where(finding => request.Wants(finding.Code)).OrderByDescending(finding => finding.Severity).ThenByDescending(finding => finding.Count).ThenBy(finding => finding.Code, StringComparer.Ordinal)];
    }

    private bool IsWithin(DateTimeOffset? time) => time is null ? request.Since is null && request.Until is null : !(time < request.Since) && !(time > request.Until);

    // What was before the time that is asked for says what the first events in it are: a start after an orderly stop, a change from another leader. Who leads after it ends the last one.
    private bool IsContext(LogSignalKind kind, DateTimeOffset? time) => kind switch
    {
        LogSignalKind.LeaderElected or LogSignalKind.LeadershipAcquired => time is not null,
        LogSignalKind.Started or LogSignalKind.Stopped => time < request.Since,
        _ => false,
    };

    // Once a year, in the small hours, times without a zone go back by an hour less what passed between two lines.
    private static bool MayBeEndOfSummer(LogStamp stamp, TimeSpan back) => stamp.Offset is null && stamp.Local.Hour <= 3 && back <= TimeSpan.FromHours(1) && back >= TimeSpan.FromMinutes(45);

    private void Failure(DateTimeOffset time, string code)
    {
        var minute = time.UtcTicks / TimeSpan.TicksPerMinute;
        if (!failures.TryGetValue(minute, out var codes)) failures.Add(minute, codes = []);
        codes[code] = codes.TryGetValue(code, out var count) ? count + 1 : 1;
    }

    /// <summary>The code of a line. What is known of one line is known of all that differ in numbers and keys only.</summary>
    private string? CodeOf(ReadOnlySpan<char> line, ref LogRecord record, out ConsulFinding? finding)
    {
        finding = null;
        if (!ErrorTexts.MayBeKnown(record.Message)) return null;
        // What an agent is asked for and what it did is no failure, whatever words stand in the key.
        if (record.Level is ConsulLogLevel.Trace or ConsulLogLevel.Debug) return null;
        var template = LineTemplate.OfMeaning(ref record);
        if (template is not null && codeOf.TryGetValue(template, out var known)) return known;
        var recognised = ErrorTexts.Recognise(Whole(line, ref record));
        if (recognised is not null) finding = recognised.ToFinding();
        if (codeOf.Count >= MostTemplates) codeOf.Clear();
        if (template is not null) codeOf.Add(template, finding?.Code);
        return finding?.Code;
    }

    /// <summary>The line as an agent writes it as text: of JSON each field by itself would mean less, "context canceled" for one.</summary>
    private static string Whole(ReadOnlySpan<char> line, ref LogRecord record) =>
        record.IsComposed ? $"[{record.Level.ToString().ToUpperInvariant()}] {record.Module.ToString()}: {record.Message.ToString()}" : line.ToString();

    private static ConsulFinding Known(string code, string line) => ErrorTexts.Recognise(line)?.ToFinding() is { } finding && finding.Code == code ? finding : ConsulFinding.Create(code);

    private void Unrecognised(ref LogRecord record, ReadOnlySpan<char> line, LogSource source, string? owner)
    {
        var template = LineTemplate.OfWords(ref record);
        if (unrecognised.Count >= MostUnrecognised && !unrecognised.ContainsKey(template)) template = "";
        if (!unrecognised.TryGetValue(template, out var group))
        {
            var text = Shown(record.Message, 300);
            var finding = ConsulFinding.Create("Log.Unrecognised", ("text", template.Length == 0 ? "what is of too many kinds to be told one by one" : text));
            unrecognised.Add(template, group = Begin("Log.Unrecognised", finding with { Severity = record.Level == ConsulLogLevel.Error ? FindingSeverity.Warning : FindingSeverity.Info }, source, line));
        }
        group.Add(source.Time, owner, source.Name);
    }

    private static LineGroup Begin(string code, ConsulFinding finding, LogSource source, ReadOnlySpan<char> line) => new(code, finding)
    {
        Sample = Shown(line.Trim(), LongestSample),
        SampleSource = source.HasNumbers ? $"{source.Name}, line {source.Line}" : source.Name,
    };

    // Masked before it is cut: half a secret is known by no rule.
    private static string Shown(ReadOnlySpan<char> text, int longest) => Printable.Text(SecretMask.Apply(text.ToString()), longest);

    private TimeSpan? Step => first is { } from && last is { } to ? TimeSpan.FromTicks(Math.Max((to - from).Ticks / Parts + 1, TimeSpan.TicksPerMillisecond)) : null;

    private ConsulLogFinding Of(LineGroup group) => new()
    {
        Code = group.Code,
        Title = group.Finding.Title,
        Severity = group.Finding.Severity,
        Count = group.Count,
        FirstSeen = group.First,
        LastSeen = group.Last,
        Nodes = group.Nodes,
        Sources = group.Sources,
        Histogram = group.First is null || Step is not { } step ? [] : group.Times.Over(first!.Value, step, Parts),
        HistogramStart = group.First is null ? null : first,
        HistogramStep = group.First is null ? null : Step,
        Sample = group.Sample,
        SampleSource = group.SampleSource,
        Finding = group.Finding,
    };

    private IEnumerable<ConsulLogFinding> Events(string code, string noun, IEnumerable<ConsulLogEvent> happened)
    {
        var events = happened.Where(one => IsWithin(one.Time)).OrderBy(one => one.Time ?? DateTimeOffset.MinValue).ToArray();
        if (events.Length == 0) yield break;
        var times = new TimeHistogram();
        foreach (var one in events)
            if (one.Time is { } time) times.Add(time);
        var known = events.Where(one => one.Time is not null).Select(one => one.Time).ToArray();
        var finding = ConsulFinding.Create(code, ("count", Amount.Of(events.Length, noun)), ("text", events[events.Length - 1].Text));
        if (code == "Log.Restart" && events.All(one => one.Text.IndexOf("without", StringComparison.Ordinal) < 0)) finding = finding with { Severity = FindingSeverity.Info };
        yield return Happened(finding, events.Length, known.Length == 0 ? null : (known[0]!.Value, known[known.Length - 1]!.Value),
            events.Select(one => one.Node).OfType<string>().Distinct(StringComparer.Ordinal).OrderBy(node => node, StringComparer.Ordinal), times, events);
    }

    /// <summary>As the other, of what may be there a million times: only the first events are made of it, but all are in the numbers.</summary>
    private IEnumerable<ConsulLogFinding> Tallied(string code, string noun, LogSignalKind kind, Func<SignalTally, IEnumerable<ConsulLogEvent>> happened, Func<SignalTally, IEnumerable<ConsulLogEvent>> telling)
    {
        var tally = signals.Of(kind);
        if (tally.Count == 0) yield break;
        var finding = ConsulFinding.Create(code, ("count", Amount.Of(tally.Count, noun)), ("text", telling(tally).Single().Text));
        yield return Happened(finding, tally.Count, tally.First is { } from && tally.Last is { } to ? (from, to) : null, tally.Nodes, tally.Times, happened(tally));
    }

    private ConsulLogFinding Happened(ConsulFinding finding, long count, (DateTimeOffset First, DateTimeOffset Last)? seen, IEnumerable<string> nodes, TimeHistogram times, IEnumerable<ConsulLogEvent> events) => new()
    {
        Code = finding.Code,
        Title = finding.Title,
        Severity = finding.Severity,
        Count = count,
        FirstSeen = seen?.First,
        LastSeen = seen?.Last,
        Nodes = nodes.ToArray(),
        Sources = [],
        Histogram = seen is null || Step is not { } step ? [] : times.Over(first!.Value, step, Parts),
        HistogramStart = seen is null ? null : first,
        HistogramStep = seen is null ? null : Step,
        Sample = null,
        SampleSource = null,
        Events = events.Take(MostEvents).ToArray(),
        Finding = finding,
    };
}
