using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>What <c>consulkv resolve</c> made of the texts it was given.</summary>
internal sealed record ResolutionDocument(IReadOnlyList<FindingDocument> Findings) : CommandDocument("resolution")
{
    public static ResolutionDocument Of(IEnumerable<ConsulFinding> findings) => new([.. findings.Select(FindingDocument.Of)]);
}
