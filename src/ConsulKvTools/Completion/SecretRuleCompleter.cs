using System.Management.Automation;
using ConsulKvTools.Hygiene;

namespace ConsulKvTools.Commands;

/// <summary>Offers the rules by which secrets are found.</summary>
public sealed class SecretRuleCompleter : ConsulCompleter
{
    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question) =>
        SecretRules.All.Where(rule => question.Word.Begins(rule.Id)).OrderBy(rule => rule.Id, StringComparer.Ordinal).Select(rule => Offer(question.Word.Complete(rule.Id), rule.Title, rule.Id));
}
