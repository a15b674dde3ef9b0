using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ConsulKvTools.Commands;

/// <summary>Offers the codes of the findings catalogue.</summary>
public sealed class FindingCodeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = WildcardPattern.Escape(wordToComplete.Trim('\'', '"')) + "*";
        var pattern = WildcardPattern.Get(word, WildcardOptions.IgnoreCase);
        return FindingCatalogue.All.Where(row => pattern.IsMatch(row.Code)).Select(row => new CompletionResult(row.Code, row.Code, CompletionResultType.ParameterValue, row.Title));
    }
}
