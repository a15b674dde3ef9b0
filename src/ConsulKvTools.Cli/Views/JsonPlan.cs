using System.Text.Json;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Kv.Moves;

namespace ConsulKvTools.Cli.Views;

/// <summary>The document of a plan, written while the keys are compared; the numbers stand at its end.</summary>
internal sealed class JsonPlan(Terminal terminal) : IPlanView
{
    private readonly JsonRows rows = terminal.Rows("plan", "keys");

    public ValueTask AddAsync(ConsulKvImportItem item) => item.Action == ConsulKvImportAction.Unchanged ? default : rows.AddAsync(PlanRow.Of(item), CliJson.Default.PlanRow);

    public ValueTask EndAsync(KvImport import)
    {
        rows.End(json =>
        {
            foreach (var (action, count) in import.Counts) json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(action.ToString()), count);
            json.WriteNumber("excluded", import.Excluded);
        });
        return default;
    }

    public ValueTask DisposeAsync() => default;
}
