using ConsulKvTools.HelpBuild.Cmdlets;

namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>A parameter on a page.</summary>
/// <param name="Facts">What its yaml blocks say.</param>
/// <param name="Prose">What it is for.</param>
internal sealed record PageParameter(ParameterFacts Facts, string Prose);
