namespace ConsulKvTools.Cli.Views;

/// <summary>A name on the left, its text in a column on the right.</summary>
internal static class FieldView
{
    private const int NameWidth = 10;

    /// <summary>Writes one field, wrapped; nothing when there is no text.</summary>
    public static void Write(Terminal terminal, string name, string? text, int indent = 2)
    {
        if (string.IsNullOrEmpty(text)) return;
        var first = true;
        foreach (var line in TextFlow.Wrap(text, terminal.Width - indent - NameWidth))
        {
            terminal.Line((new string(' ', indent) + (first ? name : "").PadRight(NameWidth) + line).TrimEnd());
            first = false;
        }
    }

    /// <summary>Writes one field as it is, so that a command can be copied in one piece.</summary>
    public static void WriteWhole(Terminal terminal, string name, string? text, int indent = 2)
    {
        if (string.IsNullOrEmpty(text)) return;
        var first = true;
        foreach (var line in text.Split('\n'))
        {
            terminal.Line(new string(' ', indent) + (first ? name : "").PadRight(NameWidth) + line.TrimEnd('\r'));
            first = false;
        }
    }
}
