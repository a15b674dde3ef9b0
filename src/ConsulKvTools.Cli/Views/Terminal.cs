using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;

namespace ConsulKvTools.Cli.Views;

/// <summary>Where one command writes: text for people or JSON for programs on the output, complaints on the error stream.</summary>
internal sealed class Terminal
{
    private static readonly UTF8Encoding Utf8 = new(false);

    private readonly Surroundings surroundings;
    private readonly TextWriter text;
    private readonly Palette palette;
    private JsonRows? rows;

    private Terminal(Surroundings surroundings, TextWriter text, bool json, Palette palette)
    {
        this.surroundings = surroundings;
        this.text = text;
        this.palette = palette;
        IsJson = json;
    }

    /// <summary>True when the result is wanted as JSON.</summary>
    public bool IsJson { get; }

    /// <summary>True when something is on the output that is no document of this program, such as an export: nothing may follow it.</summary>
    public bool IsTaken { get; set; }

    /// <summary>What can be shown.</summary>
    public TerminalAbilities Abilities => surroundings.Abilities;

    /// <summary>Columns.</summary>
    public int Width => Abilities.Width;

    /// <summary>How Core's texts are to look here.</summary>
    public DiagnosisTextStyle Style => new() { Width = Width, Unicode = Abilities.Unicode, Paint = palette.Paint };

    public static Terminal For(ParseResult parsed, GlobalOptions globals, Surroundings surroundings)
    {
        var encoding = surroundings.Abilities.Unicode ? Utf8 : Encoding.ASCII;
        var text = new StreamWriter(surroundings.Output, encoding, leaveOpen: true) { AutoFlush = true, NewLine = Environment.NewLine };
        var color = surroundings.Abilities.Color && globals.AllowsColor(parsed);
        return new Terminal(surroundings, text, globals.Format(parsed) == OutputFormat.Json, new Palette(color));
    }

    /// <summary>The same, writing text to the error stream: what is written there never stands between results.</summary>
    public Terminal OnError() => new(surroundings, surroundings.Error, json: false, new Palette(color: false));

    /// <summary>True when colours are shown.</summary>
    public bool HasColor => palette.HasColor;

    /// <summary>Writes one line of text.</summary>
    public void Line(string line = "") => text.WriteLine(Abilities.Unicode ? line : PlainText.Of(line));

    /// <summary>Writes lines as Core laid them out.</summary>
    public void Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines) Line(line);
    }

    /// <summary>Writes a line that begins with how something ended; only that is coloured.</summary>
    public void Line(StatusWord status, string after) => Line(palette.Paint(status.Tone, status.Show(Abilities.Unicode)) + after);

    /// <summary>Writes bytes as they are.</summary>
    public async Task BytesAsync(byte[] bytes, CancellationToken cancellation)
    {
        await surroundings.Output.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        await surroundings.Output.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes the command's one document.</summary>
    public void Document<T>(T document, JsonTypeInfo<T> shape)
    {
        using (var json = new Utf8JsonWriter(surroundings.Output, CliJson.Writing)) JsonSerializer.Serialize(json, document, shape);
        surroundings.Output.WriteByte((byte)'\n');
        surroundings.Output.Flush();
    }

    /// <summary>The command's one document where it is too long to be held.</summary>
    /// <param name="document">The document's kind.</param>
    /// <param name="list">The list's name.</param>
    /// <param name="head">Writes what stands before the list; null for nothing.</param>
    public JsonRows Rows(string document, string list, Action<Utf8JsonWriter>? head = null) => rows = new JsonRows(surroundings.Output, document, list, head);

    /// <summary>Tells programs of a failure: by a document of its own, or at the end of one that stands there unfinished.</summary>
    /// <returns>True where the failure is all that is told.</returns>
    public bool Fail(ErrorDocument error)
    {
        if (!IsJson || IsTaken) return false;
        if (rows is { IsOpen: true })
        {
            rows.End(error);
            return false;
        }
        Document(error, CliJson.Default.ErrorDocument);
        return true;
    }
}
