using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>A completer that asks the agent: once, in a moment or not at all.</summary>
public abstract class LiveCompleter : ConsulCompleter
{
    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question) => CompletionSession.Of(question) is { } session ? Ask(question, session) : [];

    /// <summary>What the agent says may stand there.</summary>
    private protected abstract IEnumerable<CompletionResult> Ask(CompletionQuestion question, CompletionSession session);
}
