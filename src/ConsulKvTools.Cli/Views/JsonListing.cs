using System.Text.Json;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Views;

/// <summary>The document of a listing, written while the entries come in; the state stands at its end, because only there it is known.</summary>
internal sealed class JsonListing(Terminal terminal, string prefix, bool names) : IListing
{
    private readonly JsonRows rows = terminal.Rows(names ? "names" : "entries", names ? "names" : "entries", json => json.WriteString("prefix", prefix));
    private ConsulFinding? finding;
    private long count;

    public KvReadState State { get; private set; } = KvReadState.Missing;

    public void Report(KvReadState state, ConsulFinding? why) => (State, finding) = (state, ForShell.OfAny(why));

    public ValueTask AddAsync(ConsulKvEntry entry)
    {
        count++;
        return rows.AddAsync(EntryRow.Of(entry), CliJson.Default.EntryRow);
    }

    public ValueTask AddAsync(string name)
    {
        count++;
        return rows.AddAsync(name);
    }

    public ValueTask EndAsync()
    {
        rows.End(json =>
        {
            json.WriteNumber("count", count);
            json.WriteString("state", State.ToString());
            json.WritePropertyName("finding");
            if (finding is null) json.WriteNullValue();
            else JsonSerializer.Serialize(json, FindingDocument.Of(finding), CliJson.Default.FindingDocument);
        });
        return default;
    }

    public ValueTask DisposeAsync() => default;
}
