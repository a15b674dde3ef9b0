namespace ConsulKvTools.Cli.Json;

/// <summary>The whole catalogue.</summary>
internal sealed record CatalogueDocument(IReadOnlyList<ExplanationDocument> Findings)
{
    public string Document => "catalogue";

    public int Version => 1;

    public static CatalogueDocument OfAll() => new([.. FindingCatalogue.All.Select(ExplanationDocument.Of)]);
}
