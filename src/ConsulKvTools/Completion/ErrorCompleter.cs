using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Offers the last errors of this runspace.</summary>
public sealed class ErrorCompleter : ConsulCompleter
{
    private const int Most = 10;

    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question)
    {
        // Only what failed in a command of ours says where a diagnosis has to begin.
        var onlyOurs = question.Parameter == "FromError";
        var errors = RunspaceVariables.Find("Error") as IList ?? Array.Empty<object>();
        var offered = 0;
        for (var index = 0; index < errors.Count && offered < Most; index++)
        {
            var name = string.Format(CultureInfo.InvariantCulture, "$Error[{0}]", index);
            if (errors[index] is not ErrorRecord record || !question.Word.Begins(name) || (onlyOurs && record.Exception is not ConsulException)) continue;
            offered++;
            var id = record.FullyQualifiedErrorId?.Split(',')[0];
            yield return Offer(name, Printable.Text(record.ToString(), 300), $"{name} {(record.Exception is ConsulException ? Printable.Text(id, 60) : "")}".TrimEnd());
        }
    }
}
