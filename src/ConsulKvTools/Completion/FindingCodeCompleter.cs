using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Offers the codes of the findings catalogue: first the areas, then the codes of one; or those that hold a word, wherever it stands.</summary>
public sealed class FindingCodeCompleter : ConsulCompleter
{
    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question)
    {
        var word = question.Word;
        if (word.Text.IndexOf('.') < 0)
        {
            var areas = FindingCatalogue.All.GroupBy(row => row.Area).Where(area => word.Begins(area.Key)).OrderBy(area => area.Key, StringComparer.Ordinal).ToArray();
            if (areas.Length > 1) return areas.Select(area => Offer(area.Key + ".", $"{area.Count()} {(area.Count() == 1 ? "code" : "codes, such as")} {area.First().Code}: {Title(area.First())}"));
        }
        var codes = FindingCatalogue.All.Where(row => word.Begins(row.Code)).ToArray();
        if (codes.Length == 0) codes = [.. FindingCatalogue.All.Where(row => row.Code.IndexOf(word.Text, StringComparison.OrdinalIgnoreCase) >= 0)];
        return codes.Select(row => Offer(word.Complete(row.Code), Title(row), row.Code));
    }

    /// <summary>With its places as findings show them where nothing fills them.</summary>
    private static string Title(FindingDefinition row) => ConsulFinding.Create(row.Code).Title;
}
