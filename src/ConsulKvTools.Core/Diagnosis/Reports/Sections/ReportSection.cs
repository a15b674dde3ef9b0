namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>One part of a report: a heading, its essence in one sentence, and blocks.</summary>
/// <remarks>All texts may come from outside: the forms make control characters visible and escape what is markup to them.</remarks>
/// <param name="Kind">What kind of part it is, such as <c>Consul KV measurement</c>.</param>
/// <param name="Title">What it is about, such as an address.</param>
/// <param name="Tone">How grave its essence is.</param>
/// <param name="Badge">The essence in a word or two, with its mark, such as <c>✓ Within limits</c>.</param>
/// <param name="Sentence">The essence in one sentence.</param>
/// <param name="Meta">A few names and values beside the heading: when, where, how long.</param>
/// <param name="Blocks">What follows.</param>
internal sealed record ReportSection(
    string Kind, string Title, DiagnosisTone Tone, string Badge, string Sentence, IReadOnlyList<(string Name, string Value)> Meta, IReadOnlyList<ReportBlock> Blocks);
