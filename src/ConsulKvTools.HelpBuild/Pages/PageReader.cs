using ConsulKvTools.HelpBuild.Cmdlets;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>Reads a command's page.</summary>
internal sealed class PageReader
{
    private static readonly string[] Sections = ["SYNOPSIS", "SYNTAX", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS"];

    private readonly string file;
    private readonly MarkdownText text;

    private PageReader(string file, string markdown) => (this.file, text) = (file, new MarkdownText(markdown));

    /// <summary>Reads a page.</summary>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="markdown">Its text.</param>
    /// <exception cref="HelpPageException">It is not in PlatyPS's schema.</exception>
    public static CommandPage Read(string file, string markdown) => new PageReader(file, markdown).Read();

    private CommandPage Read()
    {
        var front = FrontMatter();
        if (text.Document.OfType<HeadingBlock>().FirstOrDefault() is not { Level: 1 } title) throw Problem(null, "the page has no title");
        var sections = Parts(title, 2, null).ToArray();
        if (Array.Find(sections, part => !Sections.Contains(part.Title)) is { Title: not null } unknown) throw Problem(unknown.Heading, $"there is no section '{unknown.Title}' in a command's page");
        if (Array.Find(Sections, name => sections.Count(part => part.Title == name) != 1) is { } missing) throw Problem(title, $"the page needs one section '{missing}'");
        Part Section(string name) => Array.Find(sections, part => part.Title == name);
        var syntax = Parts(Section("SYNTAX")).Select(part => part.Title).ToArray();
        const string isDefault = " (Default)";
        return new CommandPage
        {
            Name = MarkdownText.Title(title),
            OnlineVersion = front.GetValueOrDefault("online version") ?? "",
            Synopsis = Section("SYNOPSIS").Markdown,
            Sets = [.. syntax.Select(set => set.EndsWith(isDefault, StringComparison.Ordinal) ? set[..^isDefault.Length] : set)],
            DefaultSet = Array.Find(syntax, set => set.EndsWith(isDefault, StringComparison.Ordinal))?[..^isDefault.Length],
            Description = Section("DESCRIPTION").Markdown,
            Examples = [.. Parts(Section("EXAMPLES")).Select((part, index) => new PageExample(index + 1, WithoutNumber(part, index + 1), part.Markdown))],
            Parameters = [.. Parts(Section("PARAMETERS")).Where(part => part.Title != "CommonParameters").Select(Parameter)],
            Inputs = [.. Parts(Section("INPUTS")).Select(part => new PageType(part.Title, part.Markdown))],
            Outputs = [.. Parts(Section("OUTPUTS")).Select(part => new PageType(part.Title, part.Markdown))],
            Notes = Section("NOTES").Markdown,
            RelatedLinks = Section("RELATED LINKS").Markdown,
        };
    }

    private Dictionary<string, string?> FrontMatter()
    {
        if (text.Document.FirstOrDefault() is not YamlFrontMatterBlock block) throw Problem(null, "the page does not begin with its front matter");
        try
        {
            return new DeserializerBuilder().Build().Deserialize<Dictionary<string, string?>>(block.Lines.ToString());
        }
        catch (YamlException error)
        {
            throw Problem(block, error.Message.TrimEnd('.'));
        }
    }

    private string WithoutNumber(Part example, int number) =>
        example.Title.StartsWith($"Example {number}: ", StringComparison.Ordinal) ? example.Title[(example.Title.IndexOf(':') + 2)..]
        : throw Problem(example.Heading, $"the heading has to begin with 'Example {number}: '");

    private PageParameter Parameter(Part part)
    {
        if (part.Title.Length < 2 || part.Title[0] != '-') throw Problem(part.Heading, "a parameter's heading begins with a dash");
        var yaml = part.Blocks.OfType<FencedCodeBlock>().Where(fence => fence.Info == "yaml").ToArray();
        if (yaml.Length == 0) throw Problem(part.Heading, $"{part.Title} has no yaml block");
        try
        {
            return new PageParameter(ParameterYaml.Read(part.Title[1..], [.. yaml.Select(block => block.Lines.ToString())]), text.Between(part.Heading, yaml[0]));
        }
        catch (FormatException error)
        {
            throw Problem(yaml[0], error.Message);
        }
    }

    private IEnumerable<Part> Parts(Part section) => Parts(section.Heading, 3, section.Next);

    /// <summary>The parts below a heading, up to another one.</summary>
    private IEnumerable<Part> Parts(HeadingBlock from, int level, HeadingBlock? to)
    {
        var blocks = text.Document.SkipWhile(block => block != from).Skip(1).TakeWhile(block => block != to).ToArray();
        var headings = blocks.OfType<HeadingBlock>().Where(heading => heading.Level <= level).ToArray();
        for (var index = 0; index < headings.Length; index++)
        {
            var (heading, next) = (headings[index], index + 1 < headings.Length ? headings[index + 1] : to);
            if (heading.Level < level) throw Problem(heading, "the heading is of too high a level");
            yield return new Part(heading, next, MarkdownText.Title(heading), text.Between(heading, next),
                [.. blocks.SkipWhile(block => block != heading).Skip(1).TakeWhile(block => block != next)]);
        }
    }

    private HelpPageException Problem(Block? at, string problem) => new(file, (at?.Line ?? 0) + 1, problem);

    private readonly record struct Part(HeadingBlock Heading, HeadingBlock? Next, string Title, string Markdown, IReadOnlyList<Block> Blocks);
}
