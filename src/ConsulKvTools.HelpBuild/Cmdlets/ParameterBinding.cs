namespace ConsulKvTools.HelpBuild.Cmdlets;

/// <summary>How a parameter is bound in some parameter sets.</summary>
/// <param name="Sets">The sets; empty means all.</param>
/// <param name="Required">Whether it has to be given.</param>
/// <param name="Position">From 0; null when it has to be named.</param>
/// <param name="Pipeline"><c>False</c>, or <c>True (ByPropertyName, ByValue)</c>.</param>
internal sealed record ParameterBinding(IReadOnlyList<string> Sets, bool Required, int? Position, string Pipeline)
{
    /// <summary>The position as help writes it.</summary>
    public string PositionText => Position?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "Named";
}
