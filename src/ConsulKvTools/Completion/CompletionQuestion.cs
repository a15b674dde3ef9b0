using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ConsulKvTools.Commands;

/// <summary>What is to be completed, and what is known of the command line around it.</summary>
/// <param name="command">The command's name.</param>
/// <param name="parameter">The parameter's name.</param>
/// <param name="word">The word at the cursor.</param>
/// <param name="line">The command as typed so far.</param>
/// <param name="bound">The parameters whose values are plain to see.</param>
internal sealed class CompletionQuestion(string command, string parameter, TypedWord word, CommandAst? line, IDictionary bound)
{
    /// <summary>The command's name.</summary>
    public string Command { get; } = command;

    /// <summary>The parameter's name.</summary>
    public string Parameter { get; } = parameter;

    /// <summary>The word at the cursor.</summary>
    public TypedWord Word { get; } = word;

    /// <summary>True when the parameter was typed, even where its value cannot be told before the command runs: <c>-Session (New-ConsulKvSession …)</c>.</summary>
    public bool Mentions(string name) =>
        bound.Contains(name) || line?.CommandElements.OfType<CommandParameterAst>().Any(typed => name.StartsWith(typed.ParameterName, StringComparison.OrdinalIgnoreCase)) == true;

    /// <summary>The value that was typed for a parameter, or that a splatted table has for it; null when there is none, or it cannot be told yet.</summary>
    public object? ValueOf(string name)
    {
        if (bound.Contains(name)) return BaseOf(bound[name]);
        foreach (var splatted in (line?.CommandElements ?? Enumerable.Empty<CommandElementAst>()).OfType<VariableExpressionAst>().Where(variable => variable.Splatted))
            if (RunspaceVariables.Find(splatted.VariablePath.UserPath) is IDictionary table && table.Contains(name)) return BaseOf(table[name]);
        return null;
    }

    /// <summary>As <see cref="ValueOf"/>, where it is text.</summary>
    public string? TextOf(string name) => ValueOf(name) is string { Length: > 0 } text ? text : null;

    private static object? BaseOf(object? value) => value is PSObject wrapped ? wrapped.BaseObject is PSCustomObject ? wrapped : wrapped.BaseObject : value;
}
