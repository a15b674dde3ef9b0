using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Tests.Errors;

/// <summary>Every text of the corpus means what stands before it.</summary>
public sealed class CorpusTests
{
    [Fact]
    public void Every_text_gives_its_code_and_no_other()
    {
        var wrong = CorpusRow.All
            .Select(row => (row, Codes: string.Join(",", ErrorText.Resolve(row.Text).Select(finding => finding.Code).Distinct())))
            .Where(pair => pair.Codes != pair.row.Code)
            .Select(pair => $"line {pair.row.Number}: expected {pair.row.Code}, got {pair.Codes}: {pair.row.Client}: {pair.row.Text}");
        Assert.True(!wrong.Any(), string.Join("\n", wrong));
    }
}
