using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Offers the names of the sessions made in this runspace.</summary>
public sealed class SessionNameCompleter : ConsulCompleter
{
    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question) =>
        from session in RunspaceSessions.Current.Made
        where question.Word.Begins(session.Name)
        select Offer(question.Word.Complete(session.Name), $"At {Printable.Text(session.Address, 80)}", Printable.Text(session.Name, 80));
}
