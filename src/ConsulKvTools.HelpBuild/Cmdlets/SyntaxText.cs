using System.Text;

namespace ConsulKvTools.HelpBuild.Cmdlets;

/// <summary>How a command is written: parameters by position, then those that are needed, then the others by name.</summary>
internal static class SyntaxText
{
    private const int Width = 110;

    /// <summary>The parameters of one set, in the order in which they are written.</summary>
    /// <param name="parameters">All parameters of the command.</param>
    /// <param name="set">The set; null when there is just one.</param>
    public static IEnumerable<(ParameterFacts Parameter, ParameterBinding Binding)> Ordered(IEnumerable<ParameterFacts> parameters, string? set) =>
        from parameter in parameters
        let binding = parameter.In(set)
        where binding is not null
        orderby binding.Position ?? int.MaxValue, !binding.Required, parameter.Name is "WhatIf" or "Confirm", parameter.Name
        select (parameter, binding);

    /// <summary>The command with its parameters, broken into lines.</summary>
    public static string Of(string command, IEnumerable<ParameterFacts> parameters, string? set)
    {
        var text = new StringBuilder(command);
        var column = command.Length;
        foreach (var word in Ordered(parameters, set).Select(one => Word(one.Parameter, one.Binding)).Append("[<CommonParameters>]"))
        {
            if (column + 1 + word.Length > Width)
            {
                text.Append('\n');
                column = 0;
            }
            text.Append(' ').Append(word);
            column += 1 + word.Length;
        }
        return text.ToString();
    }

    private static string Word(ParameterFacts parameter, ParameterBinding binding)
    {
        var name = "-" + parameter.Name;
        if (parameter.IsSwitch) return binding.Required ? name : $"[{name}]";
        var word = $"{(binding.Position is null ? name : $"[{name}]")} <{parameter.Type}>";
        return binding.Required ? word : $"[{word}]";
    }
}
