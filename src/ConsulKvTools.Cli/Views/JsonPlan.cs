using System.Text.Json;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Kv.Moves;

namespace ConsulKvTools.Cli.Views;

/// <summary>The document of a plan, written while the keys are compared; the numbers stand at its end.</summary>
internal sealed class JsonPlan(Terminal terminal) : IPlanView
{
    private const int FlushAfter = 64 * 1024;

    private readonly Utf8JsonWriter json = terminal.Writer();
    private bool begun;

    public async ValueTask AddAsync(ConsulKvImportItem item)
    {
        Begin();
        if (item.Action == ConsulKvImportAction.Unchanged) return;
        JsonSerializer.Serialize(json, PlanRow.Of(item), CliJson.Default.PlanRow);
        if (json.BytesPending > FlushAfter) await json.FlushAsync().ConfigureAwait(false);
    }

    public async ValueTask EndAsync(KvImport import)
    {
        Begin();
        json.WriteEndArray();
        foreach (var (action, count) in import.Counts) json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(action.ToString()), count);
        json.WriteNumber("excluded", import.Excluded);
        json.WriteEndObject();
        await json.FlushAsync().ConfigureAwait(false);
        await terminal.BytesAsync("\n"u8.ToArray(), CancellationToken.None).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        // A plan that failed before its first key gives the error's document alone.
        if (!begun) json.Reset(Stream.Null);
        await json.DisposeAsync().ConfigureAwait(false);
    }

    private void Begin()
    {
        if (begun) return;
        begun = true;
        json.WriteStartObject();
        json.WriteString("document", "plan");
        json.WriteNumber("version", 1);
        json.WriteStartArray("keys");
    }
}
