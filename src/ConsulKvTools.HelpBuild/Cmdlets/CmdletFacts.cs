namespace ConsulKvTools.HelpBuild.Cmdlets;

/// <summary>What reflection says about a cmdlet, which its page has to repeat.</summary>
internal sealed record CmdletFacts
{
    /// <summary><c>Verb-Noun</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where Get-Help -Online goes; null when the attribute has no HelpUri.</summary>
    public required string? HelpUri { get; init; }

    /// <summary>Names of the parameter sets, the default one first; empty when there is just one.</summary>
    public required IReadOnlyList<string> Sets { get; init; }

    /// <summary>The name of the default set; null when there is just one set or none is the default.</summary>
    public required string? DefaultSet { get; init; }

    /// <summary>All parameters but the common ones, by name; Confirm and WhatIf are among them where the cmdlet has them.</summary>
    public required IReadOnlyList<ParameterFacts> Parameters { get; init; }

    /// <summary>What the pipeline may bring, by name.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>What comes out, in the attribute's order.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>The code's own words about the cmdlet, for a page that has none yet.</summary>
    public required string Summary { get; init; }

    /// <summary>The code's further words; empty when it has none.</summary>
    public required string Remarks { get; init; }
}
