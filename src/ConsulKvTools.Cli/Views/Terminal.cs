using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using Spectre.Console;

namespace ConsulKvTools.Cli.Views;

/// <summary>Where one command writes: text for people or JSON for programs on the output, complaints on the error stream.</summary>
internal sealed class Terminal
{
    private static readonly UTF8Encoding Utf8 = new(false);

    private readonly Surroundings surroundings;
    private readonly TextWriter text;
    private readonly IAnsiConsole console;

    private Terminal(Surroundings surroundings, TextWriter text, bool json, bool color)
    {
        this.surroundings = surroundings;
        this.text = text;
        IsJson = json;
        console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(text),
            Interactive = InteractionSupport.No,
        });
        // Lines are laid out here; left to itself the library would wrap them again.
        console.Profile.Width = int.MaxValue / 2;
    }

    /// <summary>True when the result is wanted as JSON.</summary>
    public bool IsJson { get; }

    /// <summary>What can be shown.</summary>
    public TerminalAbilities Abilities => surroundings.Abilities;

    /// <summary>Columns.</summary>
    public int Width => Abilities.Width;

    public static Terminal For(ParseResult parsed, GlobalOptions globals, Surroundings surroundings)
    {
        var encoding = surroundings.Abilities.Unicode ? Utf8 : Encoding.ASCII;
        var text = new StreamWriter(surroundings.Output, encoding, leaveOpen: true) { AutoFlush = true, NewLine = Environment.NewLine };
        return new Terminal(surroundings, text, globals.Format(parsed) == OutputFormat.Json, surroundings.Abilities.Color && globals.AllowsColor(parsed));
    }

    /// <summary>The same, writing text to the error stream: what is written there never stands between results.</summary>
    public Terminal OnError() => new(surroundings, surroundings.Error, json: false, color: false);

    /// <summary>Writes one line of text.</summary>
    public void Line(string line = "") => text.WriteLine(Abilities.Unicode ? line : PlainText.Of(line));

    /// <summary>Writes a line whose one word says how something ended; only that word is coloured.</summary>
    public void Line(string before, StatusWord status, string after = "")
    {
        text.Write(Abilities.Unicode ? before : PlainText.Of(before));
        console.Write(new Text(status.Show(Abilities.Unicode), new Style(status.Color)));
        Line(after);
    }

    /// <summary>Writes bytes as they are.</summary>
    public async Task BytesAsync(byte[] bytes, CancellationToken cancellation)
    {
        await surroundings.Output.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        await surroundings.Output.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes the command's one document.</summary>
    public void Document<T>(T document, JsonTypeInfo<T> shape)
    {
        using (var json = Writer()) JsonSerializer.Serialize(json, document, shape);
        surroundings.Output.WriteByte((byte)'\n');
        surroundings.Output.Flush();
    }

    /// <summary>A writer for a document that is too long to be held.</summary>
    public Utf8JsonWriter Writer() => new(surroundings.Output, CliJson.Writing);
}
