using Spectre.Console;

namespace ConsulKvTools.Cli.Views;

/// <summary>Colours for marks and status words; what they mean is in the word too.</summary>
internal sealed class Palette
{
    private readonly StringWriter painted = new();
    private readonly IAnsiConsole? console;

    public Palette(bool color)
    {
        if (!color) return;
        console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            // The sixteen colours that every terminal's user has already made readable.
            ColorSystem = ColorSystemSupport.Standard,
            Out = new AnsiConsoleOutput(painted),
            Interactive = InteractionSupport.No,
        });
    }

    public bool HasColor => console is not null;

    /// <summary>The text in the tone's colour; unchanged without colours.</summary>
    public string Paint(DiagnosisTone tone, string text)
    {
        if (console is null) return text;
        console.Write(new Text(text, new Style(ColorOf(tone))));
        var result = painted.ToString();
        painted.GetStringBuilder().Clear();
        return result;
    }

    private static Color ColorOf(DiagnosisTone tone) => tone switch
    {
        DiagnosisTone.Good => Color.Green,
        DiagnosisTone.Warning => Color.Yellow,
        DiagnosisTone.Bad => Color.Red,
        _ => Color.Grey,
    };
}
