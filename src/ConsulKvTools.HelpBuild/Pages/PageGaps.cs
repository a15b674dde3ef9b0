using System.Globalization;
using ConsulKvTools.HelpBuild.Cmdlets;
using ConsulKvTools.HelpBuild.Examples;

namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>What a person would miss on a page whose facts are right.</summary>
internal static class PageGaps
{
    private const int Examples = 3;

    /// <summary>The gaps, without full stops.</summary>
    /// <param name="page">The page.</param>
    /// <param name="cmdlet">Its cmdlet; null when there is none.</param>
    public static IEnumerable<string> Of(CommandPage page, CmdletFacts? cmdlet)
    {
        if (page.Synopsis.Length == 0) yield return "the synopsis is empty";
        if (page.Description.Length == 0) yield return "the description is empty";
        if (page.RelatedLinks.Length == 0) yield return "there are no related links";
        if (page.Examples.Count < Examples) yield return $"there are {page.Examples.Count} examples, {Examples} are the least";
        foreach (var example in page.Examples)
        {
            var blocks = new MarkdownText(example.Markdown).Document;
            if (!blocks.OfType<Markdig.Syntax.FencedCodeBlock>().Any(fence => fence.Info == "powershell")) yield return $"example {example.Number} has no powershell fence";
            if (!blocks.OfType<Markdig.Syntax.ParagraphBlock>().Any()) yield return $"example {example.Number} has no text";
            if (ExampleReader.Read(page.Name, $"### {example.Title}\n\n{example.Markdown}") is not [var run] || run is { Output: null, Check.Count: 0, Errors.Count: 0 })
                yield return $"example {example.Number} shows no output and has neither a check nor an error, so that nothing of what it says is tested";
            // One line between the marks of Get-Help.
            if (example.Title.Length > 76) yield return $"the title of example {example.Number} is longer than 76 characters";
        }
        foreach (var parameter in page.Parameters)
        {
            if (parameter.Prose.Length == 0) yield return $"-{parameter.Facts.Name} has no description";
            if (cmdlet?.Parameters.FirstOrDefault(facts => facts.Name == parameter.Facts.Name)?.Range is { } range
                && !(Says(parameter.Prose, range.Least) && Says(parameter.Prose, range.Greatest)))
                yield return $"-{parameter.Facts.Name} does not say its range, {range.Least} to {range.Greatest}";
        }
        foreach (var type in page.Inputs.Concat(page.Outputs).Where(type => type is { Prose: "", Name: not "None" })) yield return $"{type.Name} among the inputs and outputs has no description";
    }

    private static bool Says(string prose, string number) =>
        prose.Split([.. " ,.;:()`\n"]).Contains(number)
        || long.TryParse(number, CultureInfo.InvariantCulture, out var value) && prose.Contains(value.ToString("N0", CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
