using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ConsulKvTools.Cli.Json;

namespace ConsulKvTools.Cli.Views;

/// <summary>
/// A document with one list that is written while its rows come in; what is known only then stands behind the list. Nothing is written before the first row or the end,
/// so that what fails at once gives the error's document alone; what fails later ends with an <c>error</c> in place of what would stand behind the list.
/// </summary>
/// <param name="output">Where to; stays open.</param>
/// <param name="document">The document's kind.</param>
/// <param name="list">The list's name.</param>
/// <param name="head">Writes what stands before the list; null for nothing.</param>
internal sealed class JsonRows(Stream output, string document, string list, Action<Utf8JsonWriter>? head)
{
    private const int FlushAfter = 64 * 1024;

    // Never disposed: that would write what is held back also where nobody reads any more.
    private readonly Utf8JsonWriter json = new(output, CliJson.Writing);
    private bool begun;
    private bool ended;

    /// <summary>True while the document stands there unfinished.</summary>
    public bool IsOpen => begun && !ended;

    /// <summary>Adds a row.</summary>
    public ValueTask AddAsync<T>(T row, JsonTypeInfo<T> shape)
    {
        Begin();
        JsonSerializer.Serialize(json, row, shape);
        return AddedAsync();
    }

    /// <summary>Adds a text.</summary>
    public ValueTask AddAsync(string row)
    {
        Begin();
        json.WriteStringValue(row);
        return AddedAsync();
    }

    /// <summary>Gives out what is held back.</summary>
    public async ValueTask FlushAsync()
    {
        if (begun) await json.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the document.</summary>
    /// <param name="tail">Writes what stands behind the list.</param>
    public void End(Action<Utf8JsonWriter> tail)
    {
        Begin();
        ended = true;
        json.WriteEndArray();
        tail(json);
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
        output.Flush();
    }

    /// <summary>Ends a document that broke off.</summary>
    public void End(ErrorDocument error) => End(writer =>
    {
        writer.WritePropertyName("error");
        JsonSerializer.Serialize(writer, error, CliJson.Default.ErrorDocument);
    });

    private void Begin()
    {
        if (begun) return;
        begun = true;
        json.WriteStartObject();
        json.WriteString("document", document);
        json.WriteNumber("version", 1);
        head?.Invoke(json);
        json.WriteStartArray(list);
    }

    private async ValueTask AddedAsync()
    {
        if (json.BytesPending > FlushAfter) await json.FlushAsync().ConfigureAwait(false);
    }
}
