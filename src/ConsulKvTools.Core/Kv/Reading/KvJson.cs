using System.Text.Json;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Reading;

/// <summary>Reads entries from the JSON of <c>/v1/kv</c>, in whatever order and spacing, and says what is wrong with one that is none.</summary>
internal static class KvJson
{
    [Flags]
    private enum Fields
    {
        None = 0,
        LockIndex = 1,
        Key = 2,
        Flags = 4,
        Value = 8,
        CreateIndex = 16,
        ModifyIndex = 32,

        /// <summary>What every Consul always sends; without one of them the entry would say what nobody said.</summary>
        Needed = LockIndex | Key | Flags | Value | CreateIndex | ModifyIndex,
        Session = 64,
    }

    /// <summary>Reads one entry; the reader stands before its opening brace and ends on the closing one. False when its end has not come in yet.</summary>
    /// <exception cref="KvBodyException">It is no entry.</exception>
    /// <exception cref="JsonException">It is not even JSON.</exception>
    public static bool TryReadEntry(ref Utf8JsonReader reader, in KvReadContext context, out ConsulKvEntry? entry)
    {
        entry = null;
        if (!reader.Read()) return false;
        if (reader.TokenType != JsonTokenType.StartObject) throw new KvBodyException($"an entry was expected, not {NameOf(reader.TokenType)}");
        var seen = Fields.None;
        string? key = null, lockSession = null;
        byte[] bytes = [];
        ulong flags = 0, create = 0, modify = 0, locked = 0;
        while (true)
        {
            if (!reader.Read()) return false;
            if (reader.TokenType == JsonTokenType.EndObject) break;
            var field = FieldOf(ref reader);
            if ((seen & field) != 0) throw new KvBodyException($"{field} stands twice in the entry{Of(key)}");
            seen |= field;
            if (!reader.Read()) return false;
            switch (field)
            {
                case Fields.Key: key = Text(ref reader, "Key"); break;
                case Fields.Session: lockSession = Text(ref reader, "Session"); break;
                case Fields.Value: bytes = Base64(ref reader, key); break;
                case Fields.Flags: flags = Number(ref reader, field, key); break;
                case Fields.CreateIndex: create = Number(ref reader, field, key); break;
                case Fields.ModifyIndex: modify = Number(ref reader, field, key); break;
                case Fields.LockIndex: locked = Number(ref reader, field, key); break;
                default:
                    if (!reader.TrySkip()) return false;
                    break;
            }
        }
        if (string.IsNullOrEmpty(key)) throw new KvBodyException("an entry has no Key");
        if ((seen & Fields.Needed) != Fields.Needed) throw new KvBodyException($"the entry{Of(key)} has no {Fields.Needed & ~seen}");
        entry = context.EntryOf(key!, bytes, flags, create, modify, locked, lockSession);
        return true;
    }

    /// <summary>The one entry of a GET of one key.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="key">The key that was asked for.</param>
    /// <param name="mask">Takes secrets out of what is said about the body.</param>
    /// <param name="context">What the answer says about its entry.</param>
    /// <exception cref="ConsulTransportException">The body is not what Consul sends, or is about another key.</exception>
    public static ConsulKvEntry ReadSingle(byte[] body, string key, AnswerMask mask, in KvReadContext context)
    {
        var list = new KvListParser<ConsulKvEntry>(new KvEntryReader(context, key));
        list.Parse(body, ended: true);
        var problem = list.Problem
            ?? (list.Ready.Count != 1 ? new KvBodyException($"one entry was expected, not {list.Ready.Count}")
                : list.Ready[0].Key != key ? new KvBodyException($"the entry is that of {Printable.Text(list.Ready[0].Key, 120)}, not of {Printable.Text(key, 120)}") : null);
        return problem is null ? list.Ready[0] : throw Malformed(problem, mask);
    }

    /// <summary>The text the reader stands on; null for null.</summary>
    /// <exception cref="KvBodyException">It is no text.</exception>
    public static string? Text(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.String) throw new KvBodyException($"{what} is {NameOf(reader.TokenType)}, not a text");
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            throw new KvBodyException($"{what} is not valid UTF-8");
        }
    }

    /// <summary>The failure that a body which is not Consul's JSON amounts to.</summary>
    /// <param name="error">What is wrong with it.</param>
    /// <param name="mask">Takes secrets out of words that quote the body; null when none do.</param>
    public static ConsulTransportException Malformed(Exception error, AnswerMask? mask = null)
    {
        var problem = error switch
        {
            KvBodyException own => mask?.Of(own.Message) ?? own.Message,
            JsonException json => $"JSON breaks at byte {json.BytePositionInLine} of line {json.LineNumber}",
            _ => error.GetType().Name,
        };
        return new("Http.BodyMalformed", DialPhase.Receive, [("problem", problem)], new KvBodyException(problem));
    }

    /// <summary>A token's kind for people.</summary>
    public static string NameOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => token.ToString(),
    };

    private static Fields FieldOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("Key"u8) ? Fields.Key
        : reader.ValueTextEquals("Value"u8) ? Fields.Value
        : reader.ValueTextEquals("Flags"u8) ? Fields.Flags
        : reader.ValueTextEquals("LockIndex"u8) ? Fields.LockIndex
        : reader.ValueTextEquals("CreateIndex"u8) ? Fields.CreateIndex
        : reader.ValueTextEquals("ModifyIndex"u8) ? Fields.ModifyIndex
        : reader.ValueTextEquals("Session"u8) ? Fields.Session
        : Fields.None;

    private static byte[] Base64(ref Utf8JsonReader reader, string? key)
    {
        if (reader.TokenType == JsonTokenType.Null) return [];
        if (reader.TokenType != JsonTokenType.String) throw new KvBodyException($"the Value{Of(key)} is {NameOf(reader.TokenType)}, not base64");
        return reader.TryGetBytesFromBase64(out var bytes) ? bytes : throw new KvBodyException($"the Value{Of(key)} is not base64");
    }

    private static ulong Number(ref Utf8JsonReader reader, Fields field, string? key) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out var number)
            ? number : throw new KvBodyException($"{field}{Of(key)} is not a number from 0 to {ulong.MaxValue}");

    private static string Of(string? key) => key is null ? "" : $" of {Printable.Text(key, 120)}";
}
