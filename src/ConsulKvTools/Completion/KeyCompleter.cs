using System.Management.Automation;
using ConsulKvTools.Completion;

namespace ConsulKvTools.Commands;

/// <summary>Offers keys of the store, level by level: one that ends with a slash has others below it.</summary>
public class KeyCompleter : LiveCompleter
{
    // PSReadLine asks before it shows more.
    private const int Most = 100;

    /// <summary>True for a name that may stand there.</summary>
    private protected virtual bool Fits(string name) => true;

    private protected override IEnumerable<CompletionResult> Ask(CompletionQuestion question, CompletionSession session)
    {
        var typed = question.Word.Text;
        if (session.Ask($"{GetType().Name} {typed}", (asked, cancellation) => Glance.LevelAsync(asked, typed, Fits, Most, cancellation)) is not { } level) yield break;
        var more = level.IsCut ? $"\nThe first {level.Names.Count} of more: type more of the name." : "";
        foreach (var name in level.Names)
        {
            var shown = Printable.Text(name, 200);
            yield return Offer(question.Word.Complete(name), (name.EndsWith("/", StringComparison.Ordinal) ? $"Keys below {shown}" : $"Key {shown}") + $" at {session.Address}{more}", shown);
        }
    }
}
