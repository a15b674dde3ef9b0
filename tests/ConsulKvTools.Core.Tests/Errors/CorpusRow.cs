namespace ConsulKvTools.Tests.Errors;

/// <summary>One row of <c>corpus.tsv</c>: a text as a client prints it, and what it means.</summary>
public sealed record CorpusRow(int Number, string Code, string Origin, string Client, string Text)
{
    public static IReadOnlyList<CorpusRow> All { get; } = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Errors", "corpus.tsv"))
        .Select((line, index) => (line, index))
        .Where(row => row.line.Length > 0 && row.line[0] != '#')
        .Select(row => (row.index, Columns: row.line.Split('\t')))
        .Select(row => new CorpusRow(row.index + 1, row.Columns[0], row.Columns[1], row.Columns[2], row.Columns[3].Replace("\\r\\n", "\n").Replace("\\n", "\n").Replace("\\t", "\t")))];
}
