using Markdig.Syntax;
using ConsulKvTools.HelpBuild.Pages;

namespace ConsulKvTools.HelpBuild.Examples;

/// <summary>
/// Finds what can be run on a page: the <c>powershell</c> fences, with the <c>output</c> fence that follows and the comments between one heading and
/// the next. All fences below one heading are one example, typed one after another.
/// </summary>
internal static class ExampleReader
{
    /// <summary>The examples of a page.</summary>
    /// <param name="page">The page's file name without extension.</param>
    /// <param name="markdown">Its text.</param>
    public static IReadOnlyList<RunnableExample> Read(string page, string markdown)
    {
        var found = new List<RunnableExample>();
        var title = "";
        var blocks = new List<Block>();
        foreach (var block in new MarkdownText(markdown).Document)
        {
            if (block is HeadingBlock heading)
            {
                Close();
                title = MarkdownText.Title(heading);
            }
            else blocks.Add(block);
        }
        Close();
        return found;

        void Close()
        {
            var code = blocks.OfType<FencedCodeBlock>().Where(fence => fence.Info == "powershell").Select(fence => fence.Lines.ToString()).ToArray();
            var output = blocks.OfType<FencedCodeBlock>().Where(fence => fence.Info == "output").Select(fence => fence.Lines.ToString()).ToArray();
            if (code.Length > 0)
                found.Add(new RunnableExample(page, title, string.Join('\n', code), string.Join('\n', Comments("setup")), Comments("check"), Comments("error"), output.Length == 0 ? null : string.Join('\n', output)));
            blocks.Clear();
        }

        string[] Comments(string kind) =>
            [.. from html in blocks.OfType<HtmlBlock>()
                let text = html.Lines.ToString().Trim()
                where text.StartsWith($"<!-- {kind}:", StringComparison.Ordinal) && text.EndsWith("-->", StringComparison.Ordinal)
                select text[$"<!-- {kind}:".Length..^3].Trim()];
    }
}
