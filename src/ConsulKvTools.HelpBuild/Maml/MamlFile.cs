using System.Xml;
using System.Xml.Linq;
using ConsulKvTools.HelpBuild.Cmdlets;
using ConsulKvTools.HelpBuild.Pages;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ConsulKvTools.HelpBuild.Maml;

/// <summary>Command pages as the MAML that Get-Help reads.</summary>
internal static class MamlFile
{
    private static readonly XNamespace Help = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>The whole file.</summary>
    public static string Of(IEnumerable<CommandPage> pages)
    {
        var root = new XElement(Help + "helpItems", new XAttribute("schema", "maml"),
            new XAttribute(XNamespace.Xmlns + "maml", Maml), new XAttribute(XNamespace.Xmlns + "command", Command), new XAttribute(XNamespace.Xmlns + "dev", Dev), pages.Select(Of));
        // \n everywhere, so that the file is the same whoever builds it.
        using var text = new Utf8Text { NewLine = "\n" };
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n", NewLineHandling = NewLineHandling.None }))
            new XDocument(root).Save(writer);
        return text + "\n";
    }

    private static XElement Of(CommandPage page) => new(Command + "command",
        new XElement(Command + "details",
            new XElement(Command + "name", page.Name),
            new XElement(Command + "verb", page.Name.Split('-')[0]),
            new XElement(Command + "noun", page.Name.Split('-')[1]),
            Described(page.Synopsis)),
        Described(page.Description),
        new XElement(Command + "syntax", page.Forms.Select(set => new XElement(Command + "syntaxItem",
            new XElement(Maml + "name", page.Name),
            SyntaxText.Ordered(page.Parameters.Select(parameter => parameter.Facts), set)
                .Select(one => Parameter(one.Parameter, one.Binding, page.Parameters.First(parameter => parameter.Facts == one.Parameter).Prose, isSyntax: true))))),
        new XElement(Command + "parameters", page.Parameters.Select(parameter => Parameter(parameter.Facts, Loosest(parameter.Facts), parameter.Prose, isSyntax: false))),
        new XElement(Command + "inputTypes", page.Inputs.Select(type => Type("inputType", type))),
        new XElement(Command + "returnValues", page.Outputs.Select(type => Type("returnValue", type))),
        page.Notes.Length == 0 ? null : new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paragraphs(page.Notes))),
        new XElement(Command + "examples", page.Examples.Select(Example)),
        new XElement(Command + "relatedLinks", Links(page)));

    /// <summary>Where sets bind it differently, help as a whole says the least that is asked for.</summary>
    private static ParameterBinding Loosest(ParameterFacts parameter) => parameter.Bindings.OrderBy(binding => binding.Required).ThenBy(binding => binding.Position ?? int.MaxValue).First();

    private static XElement Parameter(ParameterFacts parameter, ParameterBinding binding, string prose, bool isSyntax) => new(Command + "parameter",
        new XAttribute("required", binding.Required ? "true" : "false"),
        new XAttribute("variableLength", parameter.Type.EndsWith("[]", StringComparison.Ordinal) ? "true" : "false"),
        new XAttribute("globbing", parameter.Wildcards ? "true" : "false"),
        new XAttribute("pipelineInput", binding.Pipeline),
        new XAttribute("position", binding.PositionText.ToLowerInvariant()),
        new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
        new XElement(Maml + "name", parameter.Name),
        new XElement(Maml + "description", Paragraphs(prose), isSyntax || parameter.AcceptedValues.Count == 0 ? null : new XElement(Maml + "para", $"Values: {string.Join(", ", parameter.AcceptedValues)}.")),
        isSyntax && parameter.AcceptedValues.Count > 0
            ? new XElement(Command + "parameterValueGroup", parameter.AcceptedValues.Select(value => Value(parameter, value))) : null,
        isSyntax && parameter.IsSwitch ? null : Value(parameter, parameter.Type),
        new XElement(Dev + "type", new XElement(Maml + "name", parameter.Type), new XElement(Maml + "uri")),
        new XElement(Dev + "defaultValue", parameter.Default));

    private static XElement Value(ParameterFacts parameter, string text) =>
        new(Command + "parameterValue", new XAttribute("required", parameter.IsSwitch ? "false" : "true"), new XAttribute("variableLength", "false"), text);

    private static XElement Type(string element, PageType type) => new(Command + element,
        new XElement(Dev + "type", new XElement(Maml + "name", type.Name)), Described(type.Prose));

    private static XElement Example(PageExample example)
    {
        var parts = new MarkdownText(example.Markdown).Document;
        return new XElement(Command + "example",
            new XElement(Maml + "title", $"---- Example {example.Number}: {example.Title} ----"),
            new XElement(Dev + "code", string.Join("\n\n", parts.OfType<FencedCodeBlock>().SelectMany(ProseParts.Of))),
            new XElement(Dev + "remarks", parts.Where(block => block is not FencedCodeBlock).SelectMany(ProseParts.Of).Append("").Select(text => new XElement(Maml + "para", text))));
    }

    private static IEnumerable<XElement> Links(CommandPage page)
    {
        // Get-Help -Online opens the first of them.
        if (page.OnlineVersion.Length > 0) yield return Link("Online Version:", page.OnlineVersion);
        foreach (var link in new MarkdownText(page.RelatedLinks).Document.Descendants<LinkInline>())
            yield return Link(PlainInlines.Of(link), link.Url is { } url && url.Contains("://", StringComparison.Ordinal) ? url : "");
    }

    private static XElement Link(string text, string address) => new(Maml + "navigationLink", new XElement(Maml + "linkText", text), new XElement(Maml + "uri", address));

    private static XElement Described(string markdown) => new(Maml + "description", Paragraphs(markdown));

    private static IEnumerable<XElement> Paragraphs(string markdown) => ProseParts.Of(markdown).Select(text => new XElement(Maml + "para", text));
}
