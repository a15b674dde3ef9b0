namespace ConsulKvTools.HelpBuild.Cmdlets;

/// <summary>What reflection says about a parameter, and the yaml blocks of a page repeat.</summary>
internal sealed record ParameterFacts
{
    /// <summary>Without the dash.</summary>
    public required string Name { get; init; }

    /// <summary>Short name of the type: <c>String[]</c>, <c>TimeSpan</c>. What may be null is called by what it is when it is not.</summary>
    public required string Type { get; init; }

    /// <summary>Other names, in order; empty when there are none.</summary>
    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>The only values there are; empty when there are more.</summary>
    public required IReadOnlyList<string> AcceptedValues { get; init; }

    /// <summary>The value that counts when none is given, as one would type it; <c>None</c> when there is none.</summary>
    public required string Default { get; init; }

    /// <summary>Whether wildcards mean something in it.</summary>
    public required bool Wildcards { get; init; }

    /// <summary>How it is bound: one for each group of parameter sets that bind it alike.</summary>
    public required IReadOnlyList<ParameterBinding> Bindings { get; init; }

    /// <summary>The least and the greatest number that is taken, as text; null when any is.</summary>
    public (string Least, string Greatest)? Range { get; init; }

    /// <summary>The code's own words about it, for a page that has none yet.</summary>
    public string Summary { get; init; } = "";

    /// <summary>True when several cmdlets inherit it: then the code's words stand on all their pages, and none has words of its own.</summary>
    public bool IsShared { get; init; }

    /// <summary>True for a switch.</summary>
    public bool IsSwitch => Type == "SwitchParameter";

    /// <summary>The parameter's binding in a set; null when it is not in that set.</summary>
    public ParameterBinding? In(string? set) => Bindings.FirstOrDefault(binding => binding.Sets.Count == 0 || set is not null && binding.Sets.Contains(set));
}
