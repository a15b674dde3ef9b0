using System.Text;
using ConsulKvTools.HelpBuild.Pages;
using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace ConsulKvTools.HelpBuild.Topics;

/// <summary>An about_ page as the text that Get-Help shows as it stands: 80 columns, since it does not break lines of such files itself.</summary>
internal static class TopicText
{
    private const int Width = 80;
    private const int Margin = 4;
    private const int Gap = 2;

    /// <summary>The topic's text.</summary>
    /// <param name="file">The page's name, for messages.</param>
    /// <param name="markdown">The page.</param>
    /// <param name="findings">The catalogue's text, put where the page has the comment <c>findings</c>.</param>
    /// <exception cref="HelpPageException">The page does not begin with the topic's name and a short description of one line.</exception>
    public static string Of(string file, string markdown, string findings)
    {
        var document = new MarkdownText(markdown).Document;
        var name = Path.GetFileNameWithoutExtension(file);
        if (document is not [HeadingBlock { Level: 1 } title, HeadingBlock { Level: 2 } first, ParagraphBlock brief, ..] || MarkdownText.Title(title) != name || MarkdownText.Title(first) != "Short description")
            throw new HelpPageException(file, 1, $"a topic's page begins with '# {name}', '## Short description' and one line");
        // Get-Help takes the fifth line for the synopsis.
        if (PlainInlines.Of(brief.Inline).Length > Width - Margin) throw new HelpPageException(file, brief.Line + 1, $"the short description does not fit into {Width - Margin} characters");
        var text = new StringBuilder($"TOPIC\n    {name}\n");
        foreach (var block in document.Skip(1)) Add(text, block, Margin, findings);
        return text.ToString();
    }

    /// <summary>Lines of at most 80 columns; a word that is longer stays whole, so that it can be copied.</summary>
    /// <param name="text">What to break.</param>
    /// <param name="indent">Blanks before every line.</param>
    /// <param name="hang">Blanks more before every line but the first.</param>
    /// <param name="width">Where a line ends at the latest.</param>
    public static IEnumerable<string> Wrap(string text, int indent, int hang = 0, int width = Width)
    {
        var line = new StringBuilder();
        var margin = indent;
        foreach (var word in text.Split(' ', '\n'))
        {
            if (line.Length > 0 && margin + line.Length + 1 + word.Length > width)
            {
                yield return new string(' ', margin) + line;
                line.Clear();
                margin = indent + hang;
            }
            if (line.Length > 0) line.Append(' ');
            line.Append(word);
        }
        yield return new string(' ', margin) + line;
    }

    private static void Add(StringBuilder text, Block block, int indent, string findings)
    {
        switch (block)
        {
            case HeadingBlock { Level: 2 } heading:
                text.Append('\n').Append(MarkdownText.Title(heading).ToUpperInvariant()).Append('\n');
                return;
            case HeadingBlock heading:
                Lines(text, ["", .. Wrap(MarkdownText.Title(heading), 2)]);
                return;
            case HtmlBlock html when html.Lines.ToString().Trim() == "<!-- findings -->":
                text.Append(findings);
                return;
            case HtmlBlock:
                return;
            case ParagraphBlock paragraph:
                Space(text);
                Lines(text, Wrap(PlainInlines.Of(paragraph.Inline), indent));
                return;
            case CodeBlock code:
                Space(text);
                Lines(text, code.Lines.ToString().Split('\n').Select(line => (new string(' ', indent + 2) + line).TrimEnd()));
                return;
            case ListBlock list:
                Space(text);
                var number = 1;
                foreach (var item in list.OfType<ListItemBlock>())
                {
                    var mark = list.IsOrdered ? $"{number++}. " : "- ";
                    Lines(text, Wrap(mark + string.Join(' ', item.SelectMany(ProseParts.Of)), indent, mark.Length));
                }
                return;
            case Table table:
                Space(text);
                Lines(text, Rows(table, indent));
                return;
            default:
                foreach (var paragraph in ProseParts.Of(block))
                {
                    Space(text);
                    Lines(text, Wrap(paragraph, indent));
                }
                return;
        }
    }

    /// <summary>Two columns side by side; of more, the first over the others, each with its heading.</summary>
    private static IEnumerable<string> Rows(Table table, int indent)
    {
        var rows = table.OfType<TableRow>().Select(row => row.OfType<TableCell>().Select(cell => string.Join(' ', cell.SelectMany(ProseParts.Of))).ToArray()).ToArray();
        var longest = rows.Skip(1).Max(row => row[0].Length);
        foreach (var row in rows.Skip(1))
        {
            if (row.Length == 2 && longest <= 40)
            {
                var column = indent + longest + Gap;
                var wrapped = Wrap(row[1], column).ToArray();
                yield return new string(' ', indent) + row[0].PadRight(longest + Gap) + wrapped[0].TrimStart();
                foreach (var line in wrapped.Skip(1)) yield return line;
                continue;
            }
            yield return new string(' ', indent) + row[0];
            for (var cell = 1; cell < row.Length; cell++)
                foreach (var line in Wrap(row.Length == 2 ? row[cell] : $"{rows[0][cell]}: {row[cell]}", indent + 4, 2)) yield return line;
        }
    }

    /// <summary>One empty line between paragraphs, none after a heading.</summary>
    private static void Space(StringBuilder text)
    {
        var start = text.Length - 1;
        while (start > 0 && text[start - 1] != '\n') start--;
        if (Enumerable.Range(start, Margin).All(index => text[index] == ' ')) text.Append('\n');
    }

    private static void Lines(StringBuilder text, IEnumerable<string> lines)
    {
        foreach (var line in lines) text.Append(line).Append('\n');
    }
}
