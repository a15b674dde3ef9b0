using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Offers the ids of processes, by id or name.</summary>
public sealed class ProcessCompleter : ConsulCompleter
{
    private const int Most = 100;

    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question)
    {
        var own = Process.GetCurrentProcess().Id;
        var all = Process.GetProcesses().Select(process =>
        {
            using (process) return (Id: process.Id.ToString(CultureInfo.InvariantCulture), Name: Printable.Text(process.ProcessName, 60), IsOwn: process.Id == own);
        });
        return (from row in all
                where !row.IsOwn && (question.Word.Begins(row.Id) || question.Word.Begins(row.Name))
                orderby row.Name, row.Id.Length, row.Id
                select Offer(row.Id, $"The process {row.Name}", $"{row.Id} {row.Name}")).Take(Most);
    }
}
