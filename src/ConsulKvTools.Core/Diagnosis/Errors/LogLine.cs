using System.Text.Json;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>One line of a log taken apart: when, and the texts in it that may be an error, secrets already masked.</summary>
/// <param name="Time">The time stamp as it is written; null when there is none.</param>
/// <param name="Texts">What to look at, the most telling first. Never empty.</param>
/// <param name="Messages">Texts that stand for themselves: the line without what its logger put before it, the values of its error fields.</param>
internal sealed record LogLine(string? Time, IReadOnlyList<string> Texts, IReadOnlyCollection<string> Messages)
{
    // The rest of a longer line is a dump; what went wrong is said before.
    private const int Longest = 32 * 1024;
    private const int DeepestJson = 3;
    private const int MostPieces = 16;
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private static readonly string[] ErrorFields =
        ["error", "err", "exception", "cause", "reason", "stack_trace", "stack", "exc_info", "message", "msg", "@message", "MESSAGE", "log", "detail", "details", "body"];

    private static readonly string[] TimeFields = ["time", "timestamp", "@timestamp", "ts", "asctime", "date", "datetime", "Timestamp", "Time"];

    private static readonly Regex Ansi = new("\u001b\\[[0-9;:?]*[A-Za-z]|\u001b\\][^\u0007]*\u0007", Options, TimedSearch.Longest);

    // What loggers, syslog, journald, Docker and Kubernetes put before a message, one piece at a time.
    private static readonly Regex Prefix = new("""
        \G(?:\s+
        |\[?(?<time>\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:\ ?(?:Z|[+-]\d\d:?\d\d)|\ UTC)?)\]?
        |(?<time>\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\ [+-]\d{4})
        |(?<time>(?:[A-Z][a-z]{2},?\ )?[A-Z][a-z]{2}\ +\d{1,2},?(?:\ \d{4},?)?\ \d{1,2}:\d\d:\d\d(?:\.\d+)?(?:\ [AP]M)?(?:\ \d{4})?)
        |[IWEFD](?<time>\d{4}\ \d\d:\d\d:\d\d\.\d+)\ +\d+\ [\w.-]+:\d+\]
        |(?<time>\d\d:\d\d:\d\d(?:[.,]\d+)?)
        |(?<=[A-Z][a-z]{2}\ +\d{1,2}\ \d\d:\d\d:\d\d(?:\.\d+)?\ )[\w.-]+\ [\w./@-]+(?:\[\d+\])?:(?=\s)
        |[\w./@-]+\[\d+\]:(?=\s)
        |<\d+>\d?
        |in\ [\w.-]+:(?=\s)
        |std(?:out|err)\ [FP](?=\s)
        |(?i:trace|debug|info|notice|warn|warning|error|err|fatal|severe|critical|crit|panic)(?:(?=\s)|:(?=\s)|!(?=\s)|(?=\|))
        |\[[^\]\r\n]{1,60}\](?::(?=\s))?
        |\([\w.,\ -]{1,40}\)(?=\s)
        |[\w.-]+\ *\|
        |\d+(?=\s+(?:-{1,3}|\[|\())
        |\d+(?=\s+[A-Z]+\s)
        |-{1,3}(?=\s)
        |\|
        |:(?=\s)
        |[\w$]+(?:\.[\w$]+)+\s*(?:\s-|:)(?=\s)
        |Error!\s
        )
        """, Options | RegexOptions.IgnorePatternWhitespace, TimedSearch.Longest);

    private static readonly Regex Fields = new("""(?:^|[\s{,])(?:err|error|cause|reason|exception|msg|message)=(?:"(?<value>(?:[^"\\]|\\.)*)"(?=\s|$|,|})|(?<value>[^"\s]+))""", Options, TimedSearch.Longest);
    private static readonly Regex TimeField = new("""(?:^|\s)(?:time|ts|t|timestamp)="?(?<time>[^"\s]+(?:\ [\d:.,]+)?)""", Options, TimedSearch.Longest);

    /// <summary>Takes <paramref name="line"/> apart.</summary>
    public static LogLine Read(string line) => TimedSearch.In(line, static whole => Read(whole, 0), static whole =>
    {
        var masked = SecretMask.Apply(whole.Length > Longest ? whole.Substring(0, Longest) : whole);
        return new LogLine(null, [masked], [masked]);
    });

    private static LogLine Read(string line, int depth, bool isMasked = false)
    {
        if (line.Length > Longest) line = line.Substring(0, Longest);
        if (line.IndexOf('\u001b') >= 0) line = Ansi.Replace(line, "");
        // JSON is read as it stands, for the mask takes quotes away; what its fields say is masked one by one.
        if (depth < DeepestJson && line.IndexOf('{') >= 0)
        {
            var (message, stood) = Peel(line, null);
            if (message.StartsWith("{", StringComparison.Ordinal) && OfJson(message, stood, depth) is { } json) return json;
        }
        var texts = new List<string>();
        // Loggers that quote put a backslash before the quotes within.
        if (line.IndexOf("\\\"", StringComparison.Ordinal) >= 0) texts.Add(SecretMask.Apply(Unquote(line)));
        // Once for all that is cut out of the line: the mask costs more than anything else here.
        if (!isMasked) line = SecretMask.Apply(line);
        var messages = new HashSet<string>(StringComparer.Ordinal);
        var (_, time) = Peel(line, messages);
        texts.Add(line);
        if (line.IndexOf('=') >= 0)
        {
            foreach (Match field in Fields.Matches(line))
            {
                // Behind the line itself: what stands around a field may say more than the field.
                if (depth >= DeepestJson) continue;
                var quoted = field.Groups["value"].Value;
                var value = Unquote(quoted);
                var inner = Read(value, depth + 1, isMasked: value.Length == quoted.Length);
                texts.AddRange(inner.Texts);
                messages.UnionWith(inner.Messages);
            }
            if (time is null && TimeField.Match(line) is { Success: true } stamp) time = stamp.Groups["time"].Value;
        }
        return new LogLine(time, texts, messages);
    }

    private static string Unquote(string text) => text.Replace("\\\"", "\"").Replace("\\\\", "\\");

    private static (string Message, string? Time) Peel(string line, HashSet<string>? messages)
    {
        string? time = null;
        var end = 0;
        // What looks like a logger's name may be the exception's: each step stands for itself.
        messages?.Add(line.Trim());
        for (var piece = 0; piece < MostPieces && end < line.Length; piece++)
        {
            var match = Prefix.Match(line, end);
            if (!match.Success || match.Length == 0) break;
            if (time is null && match.Groups["time"] is { Success: true } stamp) time = stamp.Value;
            end += match.Length;
            messages?.Add(line.Substring(end).Trim());
        }
        return (line.Substring(end), time);
    }

    private static LogLine? OfJson(string text, string? time, int depth)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            foreach (var name in TimeFields)
                if (time is null && root.TryGetProperty(name, out var stamp) && stamp.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                    time = stamp.ToString();
            var texts = new List<string>();
            var messages = new HashSet<string>(StringComparer.Ordinal);
            Collect(root, texts, messages, depth, ref time);
            // Fields of no known name, and bodies of Consul's that are JSON themselves.
            texts.Add(SecretMask.Apply(text));
            return new LogLine(time, texts, messages);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Collect(JsonElement element, List<string> texts, HashSet<string> messages, int depth, ref string? time)
    {
        foreach (var name in ErrorFields)
        {
            if (!element.TryGetProperty(name, out var field)) continue;
            if (field.ValueKind == JsonValueKind.Object && depth < DeepestJson) Collect(field, texts, messages, depth + 1, ref time);
            if (field.ValueKind != JsonValueKind.String || field.GetString() is not { Length: > 0 } value) continue;
            // A stack trace in one field is a text of several lines.
            foreach (var line in value.Split('\n'))
            {
                var inner = Read(line.TrimEnd('\r'), depth + 1);
                texts.AddRange(inner.Texts);
                messages.UnionWith(inner.Messages);
                time ??= inner.Time;
            }
        }
    }
}
