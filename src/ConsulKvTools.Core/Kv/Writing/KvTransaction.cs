using System.Text.Json;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Kv.Writing;

/// <summary>The JSON of <c>/v1/txn</c>.</summary>
internal static class KvTransaction
{
    /// <summary>One transaction of these writes, in order, behind the guards.</summary>
    public static ConsulRequest Request(IReadOnlyList<ConsulKvWrite> writes, IReadOnlyList<TransactionGuard>? guards = null)
    {
        var buffer = new MemoryStream();
        // What is written is fixed and tested; to have it checked each time would cost half of the time.
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartArray();
            foreach (var guard in guards ?? []) Append(json, guard);
            foreach (var write in writes) Append(json, write);
            json.WriteEndArray();
        }
        return new ConsulRequest { Method = "PUT", Path = "/v1/txn", Body = buffer.GetBuffer().AsMemory(0, (int)buffer.Length) };
    }

    /// <summary>A transaction that only reads a key, which so need not fit into a path.</summary>
    public static ConsulRequest Get(string key) => View([key], [true]);

    /// <summary>
    /// One consistent view of several keys: those that are thought to be there are read, of the others it is checked that they are not. It is
    /// refused, naming the operations, when one is otherwise.
    /// </summary>
    public static ConsulRequest View(IReadOnlyList<string> keys, IReadOnlyList<bool> there)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            for (var position = 0; position < keys.Count; position++)
                if (there[position]) Append(json, "get", keys[position], null);
                else Append(json, new TransactionGuard(keys[position], 0));
            json.WriteEndArray();
        }
        return new ConsulRequest { Method = "PUT", Path = "/v1/txn", Query = "consistent", Body = buffer.ToArray(), ChangesNothing = true, MaxBody = 64 * 1024 * 1024 };
    }

    /// <summary>The answer to <see cref="View"/>: an entry a key, null for those that are not there.</summary>
    /// <exception cref="ConsulTransportException">The body is not what Consul sends.</exception>
    public static ConsulKvEntry?[] ReadView(byte[] body, IReadOnlyList<string> keys, IReadOnlyList<bool> there)
    {
        try
        {
            var entries = new Dictionary<string, ConsulKvEntry>(StringComparer.Ordinal);
            using var document = JsonDocument.Parse(body);
            foreach (var row in RowsOf(document))
            {
                var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(row.GetRawText()));
                KvJson.TryReadEntry(ref reader, new KvReadContext(ConsulConsistency.Consistent, null, null), out var entry);
                entries[entry!.Key] = entry;
            }
            return keys.Select((key, position) => there[position] ? entries[key] : null).ToArray();
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw KvJson.Malformed(error);
        }
    }

    /// <summary>The first error of a refused transaction: which operation, and Consul's text; null when the body has none.</summary>
    public static (int Operation, string What)? ReadError(byte[] body) => ReadErrors(body) is [var first, ..] ? first : null;

    /// <summary>The errors of a refused transaction: which operations, and Consul's texts. Empty when the body has none.</summary>
    public static IReadOnlyList<(int Operation, string What)> ReadErrors(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return [.. document.RootElement.GetProperty("Errors").EnumerateArray().Select(row => (row.GetProperty("OpIndex").GetInt32(), row.GetProperty("What").GetString() ?? ""))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Not Consul's form: the classifier sees the text itself.
            return [];
        }
    }

    /// <summary>What a transaction that was carried out says of its keys; without any result the list is null.</summary>
    private static IEnumerable<JsonElement> RowsOf(JsonDocument answer) =>
        answer.RootElement.GetProperty("Results") is { ValueKind: JsonValueKind.Array } results ? results.EnumerateArray().Select(row => row.GetProperty("KV")) : [];

    private static void Append(Utf8JsonWriter json, TransactionGuard guard) =>
        Append(json, guard.Index == 0 ? "check-not-exists" : "check-index", guard.Key, guard.Index == 0 ? null : guard.Index);

    private static void Append(Utf8JsonWriter json, string verb, string key, ulong? index)
    {
        json.WriteStartObject();
        json.WriteStartObject("KV");
        json.WriteString("Verb", verb);
        json.WriteString("Key", key);
        if (index is { } number) json.WriteNumber("Index", number);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Consul's verb for a kind of write.</summary>
    public static string VerbOf(ConsulKvWriteKind kind) => kind switch
    {
        ConsulKvWriteKind.Put => "set",
        ConsulKvWriteKind.CheckAndSet or ConsulKvWriteKind.CreateOnly => "cas",
        ConsulKvWriteKind.Delete => "delete",
        ConsulKvWriteKind.DeleteCheckAndSet => "delete-cas",
        ConsulKvWriteKind.DeleteTree => "delete-tree",
        ConsulKvWriteKind.Acquire => "lock",
        _ => "unlock",
    };

    /// <summary>True for the kinds that carry an index.</summary>
    public static bool HasIndex(ConsulKvWriteKind kind) =>
        kind is ConsulKvWriteKind.CheckAndSet or ConsulKvWriteKind.CreateOnly or ConsulKvWriteKind.DeleteCheckAndSet;

    /// <summary>True for the kinds that carry a value and flags.</summary>
    public static bool HasValue(ConsulKvWriteKind kind) =>
        kind is not (ConsulKvWriteKind.Delete or ConsulKvWriteKind.DeleteCheckAndSet or ConsulKvWriteKind.DeleteTree);

    private static void Append(Utf8JsonWriter json, ConsulKvWrite write)
    {
        json.WriteStartObject();
        json.WriteStartObject(Names.KV);
        json.WriteString(Names.Verb, VerbOf(write.Kind));
        json.WriteString(Names.Key, write.Key);
        if (HasIndex(write.Kind)) json.WriteNumber(Names.Index, write.Kind == ConsulKvWriteKind.CreateOnly ? 0 : write.Index);
        if (HasValue(write.Kind))
        {
            json.WriteBase64String(Names.Value, write.Value);
            json.WriteNumber(Names.Flags, write.Flags);
        }
        if (write.LockSession is not null) json.WriteString(Names.Session, write.LockSession);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The names, escaped once.</summary>
    private static class Names
    {
        public static readonly JsonEncodedText KV = JsonEncodedText.Encode("KV");
        public static readonly JsonEncodedText Verb = JsonEncodedText.Encode("Verb");
        public static readonly JsonEncodedText Key = JsonEncodedText.Encode("Key");
        public static readonly JsonEncodedText Index = JsonEncodedText.Encode("Index");
        public static readonly JsonEncodedText Value = JsonEncodedText.Encode("Value");
        public static readonly JsonEncodedText Flags = JsonEncodedText.Encode("Flags");
        public static readonly JsonEncodedText Session = JsonEncodedText.Encode("Session");
    }
}
