using System.Text.Json;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv;

/// <summary>Reads entries from the JSON of <c>/v1/kv</c> and <c>/v1/txn</c>.</summary>
internal static class KvJson
{
    /// <summary>What an answer says about all of its entries.</summary>
    internal readonly record struct ReadContext(ConsulConsistency Consistency, TimeSpan? LastContact, string? Session);

    /// <summary>Reads one entry; the reader stands on its opening brace and ends on the closing one.</summary>
    /// <exception cref="JsonException">It is no entry.</exception>
    public static ConsulKvEntry ReadEntry(ref Utf8JsonReader reader, in ReadContext context)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("An entry was expected.");
        string? key = null;
        string? lockSession = null;
        byte[] bytes = [];
        ulong flags = 0, create = 0, modify = 0, locked = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("Key"u8)) key = ReadText(ref reader);
            else if (reader.ValueTextEquals("Value"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Null) bytes = reader.GetBytesFromBase64();
            }
            else if (reader.ValueTextEquals("Flags"u8)) flags = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("CreateIndex"u8)) create = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("ModifyIndex"u8)) modify = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("LockIndex"u8)) locked = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("Session"u8)) lockSession = ReadText(ref reader);
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
        return new ConsulKvEntry
        {
            Key = key ?? throw new JsonException("An entry has no Key."),
            Bytes = bytes,
            Flags = flags,
            CreateIndex = create,
            ModifyIndex = modify,
            LockIndex = locked,
            LockSession = string.IsNullOrEmpty(lockSession) ? null : lockSession,
            Consistency = context.Consistency,
            LastContact = context.LastContact,
            Session = context.Session,
        };
    }

    /// <summary>The one entry of a GET of one key.</summary>
    /// <exception cref="ConsulTransportException">The body is not what Consul sends.</exception>
    public static ConsulKvEntry ReadSingle(byte[] body, in ReadContext context)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("A list was expected.");
            reader.Read();
            return ReadEntry(ref reader, context);
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            throw Malformed(error);
        }
    }

    /// <summary>The failure that a body which is not Consul's JSON amounts to.</summary>
    public static ConsulTransportException Malformed(Exception error) =>
        new("Http.BodyMalformed", DialPhase.Receive, [("problem", error is JsonException json ? $"JSON breaks at byte {json.BytePositionInLine} of line {json.LineNumber}" : error.GetType().Name)], error);

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : reader.GetString();
    }

    private static ulong ReadNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetUInt64();
    }
}
