namespace ConsulKvTools.Cli.Json;

/// <summary>A row of the catalogue, as <c>consulkv explain</c> shows it.</summary>
internal sealed record ExplanationDocument(
    string Code, FindingSeverity Severity, ConsulLayer Layer, string Title, string Cause, string Remedy, string? Command,
    string? Proof, string? Versions, string? Source, WriteEffect Effect, RetryAdvice Retry, string HelpUri) : CommandDocument("explanation")
{
    public static ExplanationDocument Of(FindingDefinition definition) => new(
        definition.Code, definition.Severity, definition.Layer, definition.Title, definition.Cause, definition.Remedy, definition.Command,
        definition.Proof, definition.Versions, definition.Source, definition.Effect, definition.Retry, ConsulFinding.HelpUriOf(definition.Code));
}
