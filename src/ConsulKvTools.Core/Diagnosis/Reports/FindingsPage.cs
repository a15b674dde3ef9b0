using System.Text;

namespace ConsulKvTools.Diagnosis.Reports;

/// <summary>The catalogue as one Markdown page: <c>docs/findings.md</c>, held against the catalogue by a test.</summary>
internal static class FindingsPage
{
    /// <summary>The whole page.</summary>
    public static string Render()
    {
        var page = new StringBuilder();
        page.Append("# Findings\n\n");
        page.Append("Every finding this product can name, by layer: the earlier layer explains the later one. Generated from\n");
        page.Append("`src/ConsulKvTools.Core/Diagnosis/Findings/catalogue.json`; do not edit. The same text: `Get-ConsulFinding CODE`, `consulkv explain CODE`.\n");
        foreach (var layer in FindingCatalogue.All.GroupBy(row => row.Layer).OrderBy(group => group.Key))
        {
            page.Append("\n## ").Append(layer.Key).Append('\n');
            foreach (var row in layer.OrderBy(row => row.Code, StringComparer.Ordinal)) Append(page, row);
        }
        return page.ToString();
    }

    private static void Append(StringBuilder page, FindingDefinition row)
    {
        page.Append("\n### ").Append(row.Code).Append("\n\n");
        page.Append("**").Append(Escape(row.Title)).Append("** (").Append(row.Severity).Append(")\n\n");
        page.Append(Escape(row.Cause)).Append("\n\n");
        page.Append("- Remedy: ").Append(Escape(row.Remedy)).Append('\n');
        if (row.Command is not null) page.Append("- Command: `").Append(row.Command).Append("`\n");
        page.Append("- A write that met it: ").Append(row.Effect switch
        {
            WriteEffect.NotApplied => "was not stored",
            WriteEffect.Applied => "was stored",
            WriteEffect.Elsewhere => "was stored elsewhere",
            _ => "may have been stored: ask by a consistent read",
        }).Append(". Trying again: ").Append(row.Retry switch
        {
            RetryAdvice.Never => "does not help",
            RetryAdvice.Now => "at once",
            RetryAdvice.AfterBackoff => "after a pause",
            _ => "only after asking what became of it",
        }).Append(row.AwaitsLeader ? "; an election is waited for" : "").Append(".\n");
        if (!string.IsNullOrEmpty(row.Proof)) page.Append("- Proof: ").Append(Escape(row.Proof!)).Append('\n');
        if (!string.IsNullOrEmpty(row.Versions)) page.Append("- Versions: ").Append(Escape(row.Versions!)).Append('\n');
        if (!string.IsNullOrEmpty(row.Source)) page.Append("- Source: ").Append(Escape(row.Source!)).Append('\n');
    }

    private static string Escape(string text) => text.Replace("<", "\\<").Replace("*", "\\*").Replace("_", "\\_");
}
