using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ConsulKvTools.Commands;

/// <summary>A completer that never fails aloud, whatever the state of the network, the session or the line: then it offers nothing.</summary>
public abstract class ConsulCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            return Complete(new CompletionQuestion(commandName, parameterName, TypedWord.Of(wordToComplete), commandAst, fakeBoundParameters)).ToArray();
        }
        catch (PipelineStoppedException)
        {
            throw;
        }
        catch (Exception)
        {
            return [];
        }
    }

    /// <summary>What may stand there.</summary>
    private protected abstract IEnumerable<CompletionResult> Complete(CompletionQuestion question);

    /// <summary>One thing to offer.</summary>
    /// <param name="completion">What is put into the line.</param>
    /// <param name="shown">What the menu shows; null shows what is put into the line.</param>
    /// <param name="meaning">The tooltip.</param>
    private protected static CompletionResult Offer(string completion, string meaning, string? shown = null) =>
        new(completion, shown ?? completion, CompletionResultType.ParameterValue, meaning);
}
