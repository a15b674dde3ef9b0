using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Offers the keys of the locks that this runspace holds.</summary>
public sealed class HeldLockCompleter : ConsulCompleter
{
    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question)
    {
        foreach (var one in RunspaceLocks.Current.Held)
            if (question.Word.Begins(one.Key)) yield return Offer(question.Word.Complete(one.Key), one.ToString(), one.Key);
    }
}
