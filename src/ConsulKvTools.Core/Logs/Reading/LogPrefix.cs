using System.Text.Json;

namespace ConsulKvTools.Logs.Reading;

/// <summary>
/// Takes off what Consul's loggers of all times, syslog, the journal, Docker and Kubernetes put before a message. Ordinary lines cost no
/// allocation; JSON costs what it takes to read it.
/// </summary>
internal static class LogPrefix
{
    private const int MostLayers = 4;

    /// <summary>Takes the line apart.</summary>
    public static LogRecord Read(ReadOnlySpan<char> line)
    {
        var record = new LogRecord { Message = line };
        for (var layer = 0; layer < MostLayers; layer++)
        {
            var text = record.Message.TrimStart();
            record.Message = text;
            if (text.IsEmpty || (text[0] == '{' ? !Json(text, ref record) : !Plain(text, ref record))) break;
        }
        record.Message = record.Message.TrimEnd();
        return record;
    }

    private static bool Plain(ReadOnlySpan<char> text, ref LogRecord record)
    {
        var rest = text;
        // Syslog's priority, and the version behind it.
        if (rest[0] == '<' && rest.IndexOf('>') is > 1 and < 6 and var end && IsDigits(rest.Slice(1, end - 1)))
        {
            rest = rest.Slice(end + 1);
            if (rest.StartsWith("1 ".AsSpan(), StringComparison.Ordinal)) rest = rest.Slice(2);
        }
        var bracketed = rest.Length > 0 && rest[0] == '[' ? 1 : 0;
        if (LogStamp.TryIso(rest.Slice(bracketed), out var stamp, out var length))
        {
            rest = rest.Slice(bracketed + length);
            if (bracketed == 1 && rest.Length > 0 && rest[0] == ']') rest = rest.Slice(1);
        }
        else if (LogStamp.TrySyslog(rest, out stamp, out length)) rest = rest.Slice(length);
        else return Level(text, ref record);

        Keep(stamp, ref record);
        rest = rest.TrimStart();
        if (rest.StartsWith("stdout ".AsSpan(), StringComparison.Ordinal) || rest.StartsWith("stderr ".AsSpan(), StringComparison.Ordinal))
        {
            // Kubernetes says whether the line is whole.
            rest = rest.Slice(7);
            if (rest.Length > 1 && rest[0] is 'F' or 'P' && rest[1] == ' ') rest = rest.Slice(2);
            record.Message = rest;
            return true;
        }
        if (Level(rest, ref record)) return true;
        Sender(ref rest, ref record);
        record.Message = rest;
        return true;
    }

    /// <summary><c>[WARN]  agent.server: …</c>: the last piece before the message.</summary>
    private static bool Level(ReadOnlySpan<char> text, ref LogRecord record)
    {
        if (text.IsEmpty || text[0] != '[' || text.IndexOf(']') is not (> 1 and < 10 and var end)) return false;
        var level = Of(text.Slice(1, end - 1));
        if (level == ConsulLogLevel.None) return false;
        record.Level = level;
        var rest = text.Slice(end + 1).TrimStart();
        var colon = rest.IndexOf(':');
        if (colon is > 0 and <= 60 && colon + 1 < rest.Length && rest[colon + 1] == ' ' && IsModule(rest.Slice(0, colon)))
        {
            record.Module = rest.Slice(0, colon);
            rest = rest.Slice(colon + 2);
        }
        record.Message = rest;
        // Nothing stands behind it that would be taken off; the message may well begin with a time.
        return false;
    }

    /// <summary><c>host consul[123]: …</c>, or RFC 5424's <c>host consul 123 - - …</c>.</summary>
    private static void Sender(ref ReadOnlySpan<char> rest, ref LogRecord record)
    {
        var blank = rest.IndexOf(' ');
        if (blank <= 0 || !IsName(rest.Slice(0, blank))) return;
        var behind = rest.Slice(blank + 1);
        var end = behind.IndexOf(' ');
        if (end <= 0) return;
        if (behind[end - 1] == ':')
        {
            record.Node = rest.Slice(0, blank);
            var name = behind.Slice(0, end - 1);
            record.Program = name.IndexOf('[') is >= 0 and var number ? name.Slice(0, number) : name;
            rest = behind.Slice(end + 1);
            return;
        }
        // app, process id, message id, data
        var fields = behind;
        for (var field = 0; field < 3; field++)
        {
            var space = fields.IndexOf(' ');
            if (space <= 0) return;
            if (field == 1 && fields[0] != '-' && !IsDigits(fields.Slice(0, space))) return;
            fields = fields.Slice(space + 1);
        }
        if (fields.StartsWith("- ".AsSpan(), StringComparison.Ordinal)) fields = fields.Slice(2);
        else if (fields.Length > 0 && fields[0] == '[' && fields.IndexOf("] ".AsSpan(), StringComparison.Ordinal) is > 0 and var data) fields = fields.Slice(data + 2);
        else return;
        record.Node = rest.Slice(0, blank);
        record.Program = behind.Slice(0, end);
        rest = fields;
    }

    private static bool Json(ReadOnlySpan<char> text, ref LogRecord record)
    {
        try
        {
            using var document = JsonDocument.Parse(text.ToString());
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return false;
            // Consul's own -log-json; anything that is no field of the logger's is said behind the message, as the text form does.
            if (Text(root, "@message") is { } message)
            {
                if (Text(root, "@timestamp") is { } time && LogStamp.TryIso(time.AsSpan(), out var stamp, out _)) Keep(stamp, ref record);
                if (Text(root, "@level") is { } level) record.Level = Of(level.AsSpan());
                record.Module = Text(root, "@module").AsSpan();
                var fields = root.EnumerateObject().Where(field => !field.Name.StartsWith("@", StringComparison.Ordinal)).Select(field => $"{field.Name}={Quoted(field.Value)}").ToArray();
                record.IsComposed = true;
                record.Message = (fields.Length == 0 ? message : $"{message}: {string.Join(" ", fields)}").AsSpan();
                return false;
            }
            // The journal's.
            if (root.TryGetProperty("MESSAGE", out var said))
            {
                if (Text(root, "__REALTIME_TIMESTAMP") is { } micro && long.TryParse(micro, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number < 253402300800000000)
                    Keep(new LogStamp(DateTimeOffset.FromUnixTimeMilliseconds(number / 1000).UtcDateTime.AddTicks(number % 1000 * 10), TimeSpan.Zero, true), ref record);
                if (Text(root, "_HOSTNAME") is { } host) record.Node = host.AsSpan();
                if ((Text(root, "SYSLOG_IDENTIFIER") ?? Text(root, "_COMM")) is { } program) record.Program = program.AsSpan();
                if (Text(root, "PRIORITY") is { Length: 1 } priority) record.Level = priority[0] switch { <= '3' => ConsulLogLevel.Error, '4' => ConsulLogLevel.Warn, '7' => ConsulLogLevel.Debug, _ => ConsulLogLevel.Info };
                record.Message = Bytes(said).AsSpan();
                return true;
            }
            // Docker's json-file.
            if (Text(root, "log") is { } wrapped && root.TryGetProperty("stream", out _))
            {
                if (Text(root, "time") is { } time && LogStamp.TryIso(time.AsSpan(), out var stamp, out _)) Keep(stamp, ref record);
                record.Message = wrapped.AsSpan();
                return true;
            }
        }
        catch (JsonException)
        {
            // It only began like it.
        }
        return false;
    }

    // The innermost time is when it happened; one that says its zone is worth more than one that does not.
    private static void Keep(LogStamp stamp, ref LogRecord record)
    {
        if (record.Stamp is not { } outer || stamp.Offset is not null || outer.Offset is null) record.Stamp = stamp;
    }

    private static ConsulLogLevel Of(ReadOnlySpan<char> word) => word.IsEmpty ? ConsulLogLevel.None : (word[0] | 0x20) switch
    {
        't' when Is(word, "trace") => ConsulLogLevel.Trace,
        'd' when Is(word, "debug") => ConsulLogLevel.Debug,
        'i' when Is(word, "info") => ConsulLogLevel.Info,
        'n' when Is(word, "notice") => ConsulLogLevel.Info,
        'w' when Is(word, "warn") || Is(word, "warning") => ConsulLogLevel.Warn,
        'e' when Is(word, "err") || Is(word, "error") => ConsulLogLevel.Error,
        'c' when Is(word, "crit") || Is(word, "critical") => ConsulLogLevel.Error,
        'f' when Is(word, "fatal") => ConsulLogLevel.Error,
        _ => ConsulLogLevel.None,
    };

    private static bool Is(ReadOnlySpan<char> word, string expected) => word.Equals(expected.AsSpan(), StringComparison.OrdinalIgnoreCase);

    private static bool IsModule(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
            if (!char.IsLetterOrDigit(letter) && letter is not ('.' or '_' or '-')) return false;
        return true;
    }

    private static bool IsName(ReadOnlySpan<char> text) => IsModule(text) && !IsDigits(text);

    private static bool IsDigits(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
            if ((uint)(letter - '0') > 9) return false;
        return !text.IsEmpty;
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Quoted(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString() is { } text ? text.IndexOf(' ') >= 0 || text.Length == 0 ? $"\"{text.Replace("\"", "\\\"")}\"" : text : value.GetRawText();

    // What is no text the journal gives as a list of bytes.
    private static string Bytes(JsonElement said) => said.ValueKind switch
    {
        JsonValueKind.String => said.GetString()!,
        JsonValueKind.Array => System.Text.Encoding.UTF8.GetString([.. said.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.Number && one.TryGetByte(out _)).Select(one => one.GetByte())]),
        _ => "",
    };
}
