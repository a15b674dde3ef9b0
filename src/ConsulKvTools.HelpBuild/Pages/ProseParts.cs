using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>Markdown as the paragraphs of a plain text: what Get-Help shows it breaks into lines itself.</summary>
internal static class ProseParts
{
    /// <summary>The paragraphs; a fence is one paragraph that keeps its lines.</summary>
    public static IEnumerable<string> Of(string markdown) => new MarkdownText(markdown).Document.SelectMany(block => Of(block));

    /// <summary>The paragraphs of one block; hidden comments have none.</summary>
    public static IEnumerable<string> Of(Block block) => block switch
    {
        ParagraphBlock paragraph => [PlainInlines.Of(paragraph.Inline)],
        HeadingBlock heading => [PlainInlines.Of(heading.Inline)],
        ListBlock list => Items(list),
        CodeBlock code => [code.Lines.ToString()],
        Table table => table.OfType<TableRow>().Where(row => !row.IsHeader)
            .Select(row => string.Join(": ", row.OfType<TableCell>().Select(cell => string.Join(' ', cell.SelectMany(Of))))),
        ContainerBlock container => container.SelectMany(Of),
        _ => [],
    };

    private static IEnumerable<string> Items(ListBlock list)
    {
        var number = 1;
        foreach (var item in list.OfType<ListItemBlock>())
        {
            var mark = list.IsOrdered ? $"{number++}. " : "- ";
            foreach (var paragraph in item.SelectMany(Of))
            {
                yield return mark + paragraph;
                mark = "  ";
            }
        }
    }
}
