using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>A Markdown text with its blocks.</summary>
internal sealed class MarkdownText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePreciseSourceLocation().UseYamlFrontMatter().UsePipeTables().Build();

    /// <summary>Parses a text. Line ends are made to be <c>\n</c>.</summary>
    public MarkdownText(string text)
    {
        Text = text.ReplaceLineEndings("\n");
        Document = Markdown.Parse(Text, Pipeline);
    }

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>Its blocks.</summary>
    public MarkdownDocument Document { get; }

    /// <summary>The text from the end of one block to the start of another, without blank lines around it.</summary>
    /// <param name="after">Null begins at the start.</param>
    /// <param name="before">Null goes to the end.</param>
    public string Between(Block? after, Block? before)
    {
        var start = after is null ? 0 : after.Span.End + 1;
        return Text[start..(before?.Span.Start ?? Text.Length)].Trim('\n', ' ');
    }

    /// <summary>A heading's words.</summary>
    public static string Title(HeadingBlock heading) => PlainInlines.Of(heading.Inline);
}
