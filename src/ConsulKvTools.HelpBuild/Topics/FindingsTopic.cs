using System.Text;

namespace ConsulKvTools.HelpBuild.Topics;

/// <summary>The findings catalogue as text, by layer, as docs/findings.md has it.</summary>
internal static class FindingsTopic
{
    /// <summary>Every code with its title, cause, remedy and command.</summary>
    public static string Of(IEnumerable<FindingDefinition> rows)
    {
        var text = new StringBuilder();
        foreach (var layer in rows.GroupBy(row => row.Layer).OrderBy(layer => layer.Key))
        {
            text.Append($"\n{layer.Key.ToString().ToUpperInvariant()}\n");
            foreach (var row in layer.OrderBy(row => row.Code, StringComparer.Ordinal))
            {
                text.Append($"\n  {row.Code} ({row.Severity})\n");
                Add(row.Title.TrimEnd('.') + ".");
                Add("Cause: " + row.Cause);
                Add("Remedy: " + row.Remedy);
                // As it is typed: breaking it would spoil it.
                if (row.Command is { } command) text.Append("    Run: ").Append(command).Append('\n');
            }
        }
        return text.ToString();

        void Add(string sentence) => text.AppendJoin('\n', TopicText.Wrap(sentence, 4, 2)).Append('\n');
    }
}
