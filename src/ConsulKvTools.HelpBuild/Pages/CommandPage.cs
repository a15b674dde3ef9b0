using ConsulKvTools.HelpBuild.Cmdlets;

namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>A command's page in PlatyPS's schema. Prose is kept as the Markdown it is; everything else is facts.</summary>
internal sealed record CommandPage
{
    /// <summary><c>Verb-Noun</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The page on the web; empty when there is none.</summary>
    public required string OnlineVersion { get; init; }

    /// <summary>One sentence.</summary>
    public required string Synopsis { get; init; }

    /// <summary>Names of the parameter sets, the default one first; empty when there is just one.</summary>
    public required IReadOnlyList<string> Sets { get; init; }

    /// <summary>What the syntax has a form for: each set, or null for the one there is.</summary>
    public IEnumerable<string?> Forms => Sets.Count == 0 ? Enumerable.Repeat<string?>(null, 1) : Sets;

    /// <summary>The default set; null when there is none.</summary>
    public required string? DefaultSet { get; init; }

    /// <summary>What the command does.</summary>
    public required string Description { get; init; }

    /// <summary>In the page's order.</summary>
    public required IReadOnlyList<PageExample> Examples { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyList<PageParameter> Parameters { get; init; }

    /// <summary>Types that the pipeline may bring, with a text each.</summary>
    public required IReadOnlyList<PageType> Inputs { get; init; }

    /// <summary>Types that come out, with a text each.</summary>
    public required IReadOnlyList<PageType> Outputs { get; init; }

    /// <summary>Whatever else is worth knowing; may be empty.</summary>
    public required string Notes { get; init; }

    /// <summary>Markdown links, a paragraph each.</summary>
    public required string RelatedLinks { get; init; }

    /// <summary>A page with a cmdlet's facts, and this page's prose where it has any. What the page lacks, and what several cmdlets inherit, is taken from the code's own comments.</summary>
    public static CommandPage Of(CmdletFacts cmdlet, CommandPage? written) => new()
    {
        Name = cmdlet.Name,
        OnlineVersion = cmdlet.HelpUri ?? "",
        Synopsis = written?.Synopsis ?? cmdlet.Summary,
        Sets = cmdlet.Sets,
        DefaultSet = cmdlet.DefaultSet,
        Description = written?.Description ?? cmdlet.Remarks,
        Examples = written?.Examples ?? [],
        Parameters = [.. cmdlet.Parameters.Select(facts => new PageParameter(facts, (facts.IsShared ? null : written?.Parameters.FirstOrDefault(one => one.Facts.Name == facts.Name)?.Prose) ?? facts.Summary))],
        Inputs = Types(cmdlet.Inputs, written?.Inputs),
        Outputs = Types(cmdlet.Outputs, written?.Outputs),
        Notes = written?.Notes ?? "",
        RelatedLinks = written?.RelatedLinks ?? "",
    };

    private static PageType[] Types(IReadOnlyList<string> names, IReadOnlyList<PageType>? written) =>
        [.. names.Select(name => new PageType(name, written?.FirstOrDefault(one => one.Name == name)?.Prose ?? ""))];
}
