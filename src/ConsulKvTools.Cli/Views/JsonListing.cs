using System.Text.Json;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Views;

/// <summary>The document of a listing, written while the entries come in; the state stands at its end, because only there it is known.</summary>
internal sealed class JsonListing : IListing
{
    private const int FlushAfter = 64 * 1024;

    private readonly Terminal terminal;
    private readonly Utf8JsonWriter json;
    private readonly string prefix;
    private readonly bool names;
    private ConsulFinding? finding;
    private bool begun;
    private long count;

    public JsonListing(Terminal terminal, string prefix, bool names)
    {
        this.terminal = terminal;
        this.prefix = prefix;
        this.names = names;
        json = terminal.Writer();
    }

    public KvReadState State { get; private set; } = KvReadState.Missing;

    public void Report(KvReadState state, ConsulFinding? why) => (State, finding) = (state, ForShell.OfAny(why));

    public ValueTask AddAsync(ConsulKvEntry entry)
    {
        Begin();
        JsonSerializer.Serialize(json, EntryRow.Of(entry), CliJson.Default.EntryRow);
        return AddedAsync();
    }

    public ValueTask AddAsync(string name)
    {
        Begin();
        json.WriteStringValue(name);
        return AddedAsync();
    }

    public async ValueTask EndAsync()
    {
        Begin();
        json.WriteEndArray();
        json.WriteNumber("count", count);
        json.WriteString("state", State.ToString());
        json.WritePropertyName("finding");
        if (finding is null) json.WriteNullValue();
        else JsonSerializer.Serialize(json, FindingDocument.Of(finding), CliJson.Default.FindingDocument);
        json.WriteEndObject();
        await json.FlushAsync().ConfigureAwait(false);
        await terminal.BytesAsync("\n"u8.ToArray(), CancellationToken.None).ConfigureAwait(false);
    }

    // A listing that broke off is left unfinished: half a document is no document, and the error's own follows only a read that never began.
    public ValueTask DisposeAsync()
    {
        if (!begun) json.Reset(Stream.Null);
        return json.DisposeAsync();
    }

    private void Begin()
    {
        // Not before the first entry: a read that fails at once gives the error's document alone.
        if (begun) return;
        begun = true;
        json.WriteStartObject();
        json.WriteString("document", names ? "names" : "entries");
        json.WriteNumber("version", 1);
        json.WriteString("prefix", prefix);
        json.WriteStartArray(names ? "names" : "entries");
    }

    private async ValueTask AddedAsync()
    {
        count++;
        if (json.BytesPending > FlushAfter) await json.FlushAsync().ConfigureAwait(false);
    }
}
