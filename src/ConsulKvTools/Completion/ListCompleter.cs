using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Offers the names of a short list that the agent has.</summary>
/// <param name="what">What they are, for the tooltip.</param>
/// <param name="list">Asks for them.</param>
public abstract class ListCompleter(string what, Func<ConsulKvSession, CancellationToken, Task<IReadOnlyList<string>>> list) : LiveCompleter
{
    private protected override IEnumerable<CompletionResult> Ask(CompletionQuestion question, CompletionSession session)
    {
        foreach (var name in session.Ask(what, list) ?? [])
            if (name.Length > 0 && question.Word.Begins(name)) yield return Offer(question.Word.Complete(name), $"{what} {Printable.Text(name, 80)}, as {session.Address} knows it", Printable.Text(name, 80));
    }
}
