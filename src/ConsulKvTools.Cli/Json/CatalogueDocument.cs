namespace ConsulKvTools.Cli.Json;

/// <summary>The whole catalogue.</summary>
internal sealed record CatalogueDocument(IReadOnlyList<ExplanationDocument> Findings) : CommandDocument("catalogue")
{
    public static CatalogueDocument OfAll() => new([.. FindingCatalogue.All.Select(row => ExplanationDocument.Of(ForShell.Of(row)))]);
}
