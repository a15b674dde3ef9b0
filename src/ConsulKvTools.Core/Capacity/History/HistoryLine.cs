using System.Globalization;
using System.Text.Json;

namespace ConsulKvTools.Capacity.History;

/// <summary>One measurement as a line of JSON.</summary>
/// <param name="Store">Which store it is of.</param>
/// <param name="Time">When it was taken.</param>
/// <param name="Keys">The keys.</param>
/// <param name="Bytes">Bytes of their values.</param>
/// <param name="StoredBytes">Bytes in a snapshot.</param>
/// <param name="Index">The index of the last change.</param>
/// <param name="IsPartial">True when rules hid keys.</param>
internal sealed record HistoryLine(StoreIdentity Store, DateTimeOffset Time, long Keys, long Bytes, long StoredBytes, ulong Index, bool IsPartial)
{
    private const string Kind = "consul-kv-measurement";
    private const int Version = 1;

    private const string Begin = "{\"document\":\"" + Kind;

    /// <summary>True for a line that is a measurement, was torn from one, or is one of a newer version.</summary>
    public static bool MayBe(string text) => text.Contains(Kind) || (text.Length > 2 && Begin.StartsWith(text, StringComparison.Ordinal));

    /// <summary>The line of a measurement.</summary>
    public static HistoryLine Of(ConsulKvMeasurement measured, StoreIdentity store) =>
        new(store, measured.Time, measured.Keys, measured.Bytes, measured.StoredBytes, measured.Index, measured.IsPartial);

    /// <summary>The line as bytes, with its end.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("document", Kind);
            json.WriteNumber("version", Version);
            json.WriteString("time", Time.ToString("o", CultureInfo.InvariantCulture));
            json.WriteString("address", Store.Address);
            Write(json, "datacenter", Store.Datacenter);
            Write(json, "namespace", Store.Namespace);
            Write(json, "partition", Store.Partition);
            json.WriteString("prefix", Store.Prefix);
            json.WriteNumber("keys", Keys);
            json.WriteNumber("bytes", Bytes);
            json.WriteNumber("storedBytes", StoredBytes);
            json.WriteNumber("index", Index);
            if (IsPartial) json.WriteBoolean("partial", true);
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>Reads a line. Members that are unknown are passed over; a newer version is not guessed at.</summary>
    /// <returns>The line, or what is wrong with it.</returns>
    public static (HistoryLine? Line, string? Problem) Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || TextOf(root, "document") != Kind) return (null, "it is no measurement");
            if (NumberOf(root, "version") is not { } version) return (null, "it does not say its version");
            if (version > Version) return (null, $"a newer version of ConsulKvTools wrote it (version {version} of the line, {Version} is known)");
            if (!DateTimeOffset.TryParse(TextOf(root, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return (null, "it has no time");
            if (NumberOf(root, "keys") is not { } keys || keys < 0) return (null, "it has no number of keys");
            if (NumberOf(root, "storedBytes") is not { } stored || stored < 0) return (null, "it has no number of stored bytes");
            if (TextOf(root, "address") is not { } address || TextOf(root, "prefix") is not { } prefix) return (null, "it does not say which store it is of");
            var index = root.TryGetProperty("index", out var found) && found.ValueKind == JsonValueKind.Number && found.TryGetUInt64(out var number) ? number : 0;
            var isPartial = root.TryGetProperty("partial", out var partial) && partial.ValueKind == JsonValueKind.True;
            return (new HistoryLine(new StoreIdentity(address, TextOf(root, "datacenter"), TextOf(root, "namespace"), TextOf(root, "partition"), prefix), time, keys, NumberOf(root, "bytes") ?? 0, stored, index, isPartial), null);
        }
        catch (JsonException)
        {
            return (null, "it is no JSON, or was cut off");
        }
    }

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }

    private static string? TextOf(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? NumberOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
