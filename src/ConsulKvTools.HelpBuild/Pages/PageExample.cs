namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>One example: <c>powershell</c> fences hold what is typed, <c>output</c> fences what then stands on the screen.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Title">What it does.</param>
/// <param name="Markdown">All below its heading.</param>
internal sealed record PageExample(int Number, string Title, string Markdown);
