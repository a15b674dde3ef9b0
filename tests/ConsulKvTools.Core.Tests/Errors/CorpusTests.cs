using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Tests.Errors;

/// <summary>Every text of the corpus means what stands before it, wherever it is met.</summary>
public sealed class CorpusTests
{
    private static readonly string[] Prefixes =
    [
        "2026-11-22T10:00:00.123Z ", "2026-11-22T10:00:00.123456+01:00 ERROR ", "2026/11/22 10:00:00 ", "2026/11/22 10:00:00.123456 [ERROR] ", "[2026-11-22 10:00:00,123] ERROR in app: ",
        "2026-11-22 10:00:00,123 - app.kv - ERROR - ", "2026-11-22 10:00:00.123 ERROR 1 --- [nio-8080-exec-1] c.e.demo.KvWriter : ", "2026-11-22 10:00:00,123 ERROR [main] com.example.KvWriter - ",
        "Nov 22 10:00:00 node1 app[812]: ", "<11>Nov 22 10:00:00 node1 app[812]: ", "E1122 10:00:00.123456   12345 kv.go:42] ", "app_1  | ", "10:00:00.123 [main] ERROR c.e.demo.KvWriter - ",
        "\u001b[31mERROR\u001b[0m ", "2026-11-22T10:00:00.123456789Z stderr F ", "ERROR: ", "[ERROR] ",
    ];

    [Fact]
    public void The_corpus_is_large_and_much_of_it_was_printed_by_real_clients()
    {
        Assert.True(CorpusRow.All.Count >= 250);
        Assert.True(CorpusRow.All.Count(row => row.Origin == "real") >= 25);
        Assert.True(CorpusRow.All.Count(row => row.Code == "Error.NotRecognised") >= 60);
        Assert.Equal(CorpusRow.All.Count, CorpusRow.All.Select(row => row.Text).Distinct(StringComparer.Ordinal).Count());
        Assert.All(CorpusRow.All, row => Assert.NotNull(FindingCatalogue.Find(row.Code)));
    }

    [Fact]
    public void Every_text_gives_its_code_and_no_other() => None(Wrong(text => text));

    [Fact]
    public void What_a_logger_puts_before_a_text_does_not_change_its_code()
    {
        foreach (var prefix in Prefixes) None(Wrong(text => prefix + text, row => !row.Text.Contains("\n at", StringComparison.Ordinal)));
    }

    [Fact]
    public void Loggers_that_write_JSON_or_quoted_fields_do_not_change_a_code()
    {
        bool OneLine(CorpusRow row) => !row.Text.Contains('\n', StringComparison.Ordinal) && row.Text[0] != '{';
        None(Wrong(text => $$"""{"time":"2026-11-22T10:00:00Z","level":"error","msg":"it failed","error":{{System.Text.Json.JsonSerializer.Serialize(text)}}}""", OneLine));
        None(Wrong(text => $$"""{"log":{{System.Text.Json.JsonSerializer.Serialize(text + "\n")}},"stream":"stderr","time":"2026-11-22T10:00:00Z"}""", OneLine));
        None(Wrong(text => $"time=2026-11-22T10:00:00Z level=error msg=\"it failed\" err=\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"", OneLine));
    }

    [Fact]
    public void No_line_of_the_corpus_is_missed_by_the_first_search() =>
        Assert.All(CorpusRow.All.Where(row => row.Code != "Error.NotRecognised"), row => Assert.True(row.Text.Split('\n').Any(line => ErrorTexts.MayBeKnown(line)), row.Text));

    private static void None(string[] wrong) => Assert.True(wrong.Length == 0, string.Join("\n", wrong));

    private static string[] Wrong(Func<string, string> wrap, Func<CorpusRow, bool>? where = null) =>
        [.. CorpusRow.All.Where(where ?? (_ => true))
            .Select(row => (row, Text: wrap(row.Text)))
            .Select(pair => (pair.row, pair.Text, Codes: string.Join(",", ErrorText.Resolve(pair.Text).Select(finding => finding.Code).Distinct())))
            .Where(pair => pair.Codes != pair.row.Code)
            .Select(pair => $"line {pair.row.Number}: expected {pair.row.Code}, got {pair.Codes}: {pair.Text}")];
}
