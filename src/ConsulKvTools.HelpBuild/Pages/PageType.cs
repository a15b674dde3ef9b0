namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>A type that goes in or comes out.</summary>
/// <param name="Name">With its namespace; <c>None</c> for nothing.</param>
/// <param name="Prose">What is done with it.</param>
internal sealed record PageType(string Name, string Prose);
