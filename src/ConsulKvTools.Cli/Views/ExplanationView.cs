using ConsulKvTools.Cli.Json;

namespace ConsulKvTools.Cli.Views;

/// <summary>Rows of the catalogue.</summary>
internal static class ExplanationView
{
    public static void Write(Terminal terminal, FindingDefinition definition)
    {
        terminal.Line(StatusWord.Of(definition.Severity), $"  {definition.Code}  (layer {definition.Layer})");
        foreach (var line in TextFlow.Wrap(definition.Title, terminal.Width - 2)) terminal.Line("  " + line);
        terminal.Line();
        FieldView.Write(terminal, "cause", definition.Cause);
        FieldView.Write(terminal, "remedy", definition.Remedy);
        FieldView.WriteWhole(terminal, "command", definition.Command);
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

    private static string EffectOn(FindingDefinition definition) => $"that meets it {Effect(definition.Effect)}; {Retry(definition.Retry)}";

    private static string Effect(WriteEffect effect) => effect switch
    {
        WriteEffect.NotApplied => "was not stored and will not be",
        WriteEffect.Applied => "was stored as asked",
        WriteEffect.Elsewhere => "was stored, but under another key or in another place",
        _ => "may have been stored, or may still be",
    };

    private static string Retry(RetryAdvice advice) => advice switch
    {
        RetryAdvice.Never => "trying again does not help until something is changed",
        RetryAdvice.Now => "trying again at once can help",
        RetryAdvice.AfterBackoff => "trying again after a pause can help",
        _ => "before trying again, a consistent read must tell what became of it",
    };
}
