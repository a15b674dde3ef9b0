using System.Management.Automation;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Commands;

/// <summary>Offers the names of the sessions of which there are figures.</summary>
public sealed class MetricSessionCompleter : ConsulCompleter
{
    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question) =>
        from session in MetricRegistry.Sessions
        where session.Table is not null && question.Word.Begins(session.Name)
        select Offer(question.Word.Complete(session.Name), $"{session.Table!.All.Sum(series => series.Durations.Read().Count):N0} operations counted", Printable.Text(session.Name, 80));
}
