using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Telemetry.Log;

/// <summary>
/// One write as one line of JSON. The names are described in <c>about_ConsulKvTelemetry</c>; <c>v</c> grows when one changes its meaning, not when one
/// is added. Every name is in every line, null where nothing is known. A value, a token or an agent's own words are never in it.
/// </summary>
internal static class WriteLogLine
{
    private const int Version = 1;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly string Host = Environment.MachineName;
    private static readonly int ProcessId = Own();

    /// <summary>Writes the line with its end.</summary>
    public static void Append(Stream buffer, in WriteLogEntry entry)
    {
        var (result, session, write) = (entry.Result, entry.Session, entry.Write);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteString("time", entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("operation", result.OperationId);
            Maybe(json, "transaction", result.TransactionId);
            json.WriteString("session", session.Name);
            json.WriteString("command", session.Command);
            json.WriteString("kind", result.Kind.ToString());
            json.WriteString("key", result.Key);
            if (KvTransaction.HasValue(write.Kind))
            {
                json.WriteNumber("bytes", write.Value.Length);
                json.WriteNumber("flags", write.Flags);
            }
            else
            {
                json.WriteNull("bytes");
                json.WriteNull("flags");
            }
            json.WriteString("outcome", result.Outcome.ToString());
            json.WriteString("code", result.Code);
            if (result.ModifyIndex is { } index) json.WriteNumber("index", index);
            else json.WriteNull("index");
            Milliseconds(json, result.Duration);
            json.WriteStartArray("attempts");
            foreach (var attempt in result.Attempts) Append(json, attempt);
            json.WriteEndArray();
            json.WriteString("address", session.Address);
            json.WriteString("datacenter", session.Datacenter);
            json.WriteString("host", Host);
            json.WriteNumber("pid", ProcessId);
            json.WriteString("trace", entry.Trace?.ToHexString());
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
    }

    private static void Append(Utf8JsonWriter json, ConsulKvAttempt attempt)
    {
        json.WriteStartObject();
        json.WriteString("action", attempt.Action);
        Maybe(json, "request", attempt.RequestId);
        if (attempt.Status is { } status) json.WriteNumber("status", status);
        else json.WriteNull("status");
        json.WriteString("code", attempt.Code);
        Milliseconds(json, attempt.Duration);
        json.WriteEndObject();
    }

    private static void Maybe(Utf8JsonWriter json, string name, Guid? id)
    {
        if (id is { } known) json.WriteString(name, known);
        else json.WriteNull(name);
    }

    private static void Milliseconds(Utf8JsonWriter json, TimeSpan time) => json.WriteNumber("ms", Math.Round((decimal)time.Ticks / TimeSpan.TicksPerMillisecond, 3));

    private static int Own()
    {
        using var process = Process.GetCurrentProcess();
        return process.Id;
    }
}
