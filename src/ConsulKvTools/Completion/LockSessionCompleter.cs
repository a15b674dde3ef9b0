using System.Management.Automation;
using ConsulKvTools.Completion;

namespace ConsulKvTools.Commands;

/// <summary>Offers the lock sessions of the datacenter by id or name; the menu shows both.</summary>
public sealed class LockSessionCompleter : LiveCompleter
{
    private protected override IEnumerable<CompletionResult> Ask(CompletionQuestion question, CompletionSession session)
    {
        foreach (var row in session.Ask("lock sessions", Glance.LockSessionsAsync) ?? [])
        {
            if (row.Id.Length == 0 || !(question.Word.Begins(row.Id) || question.Word.Begins(row.Name))) continue;
            var name = Printable.Text(row.Name, 60);
            var life = row.TimeToLive.Length == 0 ? "no TTL" : $"TTL {Printable.Text(row.TimeToLive, 20)}";
            yield return Offer(question.Word.Complete(row.Id), $"Lock session {(name.Length == 0 ? "without a name" : name)} on {Printable.Text(row.Node, 60)}: {life}, behavior {Printable.Text(row.Behavior, 20)}",
                name.Length == 0 ? row.Id : $"{row.Id} {name}");
        }
    }
}
