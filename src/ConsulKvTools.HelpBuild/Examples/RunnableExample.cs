namespace ConsulKvTools.HelpBuild.Examples;

/// <summary>What is typed and what comes of it, for the tests that run every example.</summary>
/// <param name="Page">The page without its extension.</param>
/// <param name="Title">What it does.</param>
/// <param name="Code">What is typed: the fence.</param>
/// <param name="Setup">What has to be there before: all <c>setup:</c> comments since the last heading; empty when nothing has.</param>
/// <param name="Check">What has to be true afterwards: the <c>check:</c> comments.</param>
/// <param name="Errors">Ids of the errors that have to come, in order: the <c>error:</c> comments; empty when none may.</param>
/// <param name="Output">What stands on the screen then: the <c>output</c> fence; null when the page does not show it.</param>
internal sealed record RunnableExample(string Page, string Title, string Code, string Setup, IReadOnlyList<string> Check, IReadOnlyList<string> Errors, string? Output);
