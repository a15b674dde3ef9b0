using ConsulKvTools.Cli.Json;

namespace ConsulKvTools.Cli.Views;

/// <summary>Rows of the catalogue.</summary>
internal static class ExplanationView
{
    public static void Write(Terminal terminal, FindingDefinition definition)
    {
        terminal.Line("", StatusWord.Of(definition.Severity), $"  {definition.Code}  (layer {definition.Layer})");
        foreach (var line in TextFlow.Wrap(definition.Title, terminal.Width - 2)) terminal.Line("  " + line);
        terminal.Line();
        FieldView.Write(terminal, "cause", definition.Cause);
        FieldView.Write(terminal, "remedy", definition.Remedy);
        FieldView.WriteWhole(terminal, "command", ShellCommand.Of(definition.Command));
        FieldView.Write(terminal, "proof", definition.Proof);
        FieldView.Write(terminal, "versions", definition.Versions);
        FieldView.Write(terminal, "source", definition.Source);
        FieldView.Write(terminal, "a write", EffectOn(definition));
    }

    /// <summary>Every code with its title, by layer.</summary>
    public static void WriteAll(Terminal terminal)
    {
        if (terminal.IsJson)
        {
            terminal.Document(CatalogueDocument.OfAll(), CliJson.Default.CatalogueDocument);
            return;
        }
        foreach (var layer in FindingCatalogue.All.GroupBy(row => row.Layer).OrderBy(group => group.Key))
        {
            terminal.Line($"{layer.Key}");
            foreach (var row in layer) terminal.Line($"  {row.Code,-38} {row.Title}");
        }
    }

    private static string EffectOn(FindingDefinition definition) => (definition.Effect, definition.Retry) switch
    {
        (var effect, RetryAdvice.Never) => $"{Words(effect)}; trying again does not help",
        (var effect, _) => $"{Words(effect)}; may be tried again",
    };

    private static string Words(WriteEffect effect) => effect switch
    {
        WriteEffect.NotApplied => "that meets it was not applied",
        _ => $"that meets it: {effect}",
    };
}
