using System.Text.RegularExpressions;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Reports;

namespace ConsulKvTools.Tests.Diagnosis;

public sealed partial class CatalogueTests
{
    [Fact]
    public void Every_row_says_what_why_and_what_to_do()
    {
        Assert.True(FindingCatalogue.All.Count >= 230);
        Assert.All(FindingCatalogue.All, row =>
        {
            Assert.Matches("^[A-Z][A-Za-z]+(\\.[A-Z0-9][A-Za-z0-9]+)+$", row.Code);
            Assert.InRange(row.Title.Length, 5, 95);
            Assert.NotEmpty(row.Cause);
            Assert.NotEmpty(row.Remedy);
            Assert.EndsWith(".", row.Remedy, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Every_code_the_product_names_is_in_the_catalogue()
    {
        var areas = string.Join("|", FindingCatalogue.All.Select(row => row.Area).Distinct());
        var literal = new Regex($"(?<!StartsWith\\()\"(?<code>(?:{areas})\\.[A-Z][A-Za-z0-9]+)\"");
        var named = Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains(Path.DirectorySeparatorChar + "obj" + Path.DirectorySeparatorChar))
            .SelectMany(file => literal.Matches(File.ReadAllText(file)).Select(match => match.Groups["code"].Value))
            .Where(code => code is not "Tls.Alert").Distinct().ToArray();

        Assert.True(named.Length > 60);
        Assert.All(named, code => Assert.NotNull(FindingCatalogue.Find(code)));
        Assert.All(ServerTexts.All, text => Assert.NotNull(FindingCatalogue.Find(text.Code)));
    }

    [Fact]
    public void Places_are_filled_from_evidence_and_unsafe_values_stay_out_of_commands()
    {
        var safe = ConsulFinding.Create("Acl.PermissionDenied", ("key", "app/x"), ("operation", "write"));
        var unsafeKey = ConsulFinding.Create("Acl.PermissionDenied", ("key", "app/x'; rm -rf ~ #"), ("operation", "write"));

        Assert.Contains("app/x", safe.Title + safe.Cause + safe.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("rm -rf", unsafeKey.Command ?? "", StringComparison.Ordinal);
        Assert.All(FindingCatalogue.All, row => Assert.DoesNotMatch("\\{[a-zA-Z]+\\}", ConsulFinding.Create(row.Code).Title));
    }

    [Fact]
    public void The_findings_page_is_the_catalogue()
    {
        var page = Path.Combine(RepositoryFiles.Root, "docs", "findings.md");
        var rendered = FindingsPage.Render();
        if (Environment.GetEnvironmentVariable("CONSULKVTOOLS_WRITE_DOCS") == "1") File.WriteAllText(page, rendered);

        Assert.True(File.Exists(page) && File.ReadAllText(page) == rendered,
            "docs/findings.md is not what the catalogue says. Run the tests once with CONSULKVTOOLS_WRITE_DOCS=1 and commit it.");
    }
}
