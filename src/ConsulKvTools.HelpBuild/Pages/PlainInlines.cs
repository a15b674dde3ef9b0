using System.Text;
using Markdig.Syntax.Inlines;

namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>What a reader of plain text sees of a paragraph.</summary>
internal static class PlainInlines
{
    /// <summary>The text in one line; a link to another place says where that is.</summary>
    public static string Of(ContainerInline? inlines)
    {
        var text = new StringBuilder();
        foreach (var inline in inlines ?? []) Add(text, inline);
        return text.ToString();
    }

    private static void Add(StringBuilder text, Inline inline)
    {
        switch (inline)
        {
            case LiteralInline literal:
                text.Append(literal.Content.AsSpan());
                break;
            case CodeInline code:
                text.Append(code.Content);
                break;
            case AutolinkInline link:
                text.Append(link.Url);
                break;
            case LineBreakInline { IsHard: true }:
                text.Append('\n');
                break;
            case LineBreakInline:
                text.Append(' ');
                break;
            case HtmlEntityInline entity:
                text.Append(entity.Transcoded.AsSpan());
                break;
            case LinkInline link:
                var shown = Of(link);
                text.Append(shown);
                // A page's file says nothing to whom reads help; its name does.
                if (link.Url is { } url && url != shown && url.Contains("://", StringComparison.Ordinal)) text.Append(" (").Append(url).Append(')');
                break;
            case ContainerInline container:
                text.Append(Of(container));
                break;
        }
    }
}
