using System.Text;
using ConsulKvTools.HelpBuild.Cmdlets;

namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>Writes a command's page. A page that says what its cmdlet is comes out as it went in.</summary>
internal static class PageText
{
    private const string CommonParameters =
        "This cmdlet supports the common parameters: -Debug, -ErrorAction, -ErrorVariable, -InformationAction, -InformationVariable, -OutVariable, -OutBuffer, -PipelineVariable, "
        + "-Verbose, -WarningAction, and -WarningVariable. For more information, see [about_CommonParameters](https://go.microsoft.com/fwlink/?LinkID=113216).";

    /// <summary>The page's Markdown.</summary>
    public static string Of(CommandPage page)
    {
        var text = new StringBuilder();
        text.Append($"---\nexternal help file: ConsulKvTools.dll-Help.xml\nModule Name: ConsulKvTools\nonline version:{(page.OnlineVersion.Length == 0 ? "" : " " + page.OnlineVersion)}\nschema: 2.0.0\n---\n\n");
        text.Append($"# {page.Name}\n");
        Section("SYNOPSIS", page.Synopsis);
        text.Append("\n## SYNTAX\n");
        foreach (var set in page.Forms)
        {
            if (set is not null) text.Append($"\n### {set}{(set == page.DefaultSet ? " (Default)" : "")}\n");
            Fence("", SyntaxText.Of(page.Name, page.Parameters.Select(parameter => parameter.Facts), set));
        }
        Section("DESCRIPTION", page.Description);
        text.Append("\n## EXAMPLES\n");
        foreach (var example in page.Examples) Part($"Example {example.Number}: {example.Title}", example.Markdown);
        text.Append("\n## PARAMETERS\n");
        foreach (var parameter in page.Parameters)
        {
            Part("-" + parameter.Facts.Name, parameter.Prose);
            foreach (var block in ParameterYaml.Write(parameter.Facts)) Fence("yaml", block);
        }
        Part("CommonParameters", CommonParameters);
        text.Append("\n## INPUTS\n");
        foreach (var type in page.Inputs) Part(type.Name, type.Prose);
        text.Append("\n## OUTPUTS\n");
        foreach (var type in page.Outputs) Part(type.Name, type.Prose);
        Section("NOTES", page.Notes);
        Section("RELATED LINKS", page.RelatedLinks);
        return text.ToString();

        void Section(string name, string prose) => Headed("## " + name, prose);
        void Part(string name, string prose) => Headed("### " + name, prose);
        void Headed(string heading, string prose) => text.Append($"\n{heading}\n{(prose.Length == 0 ? "" : $"\n{prose}\n")}");
        void Fence(string info, string content) => text.Append($"\n```{info}\n{content}\n```\n");
    }
}
