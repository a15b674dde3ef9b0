namespace ConsulKvTools.HelpBuild.Pages;

/// <summary>A page that cannot be read, with the line to look at.</summary>
/// <param name="file">The page.</param>
/// <param name="line">From 1.</param>
/// <param name="problem">What is wrong, without a full stop.</param>
internal sealed class HelpPageException(string file, int line, string problem) : Exception($"{file}({line}): {problem}.");
