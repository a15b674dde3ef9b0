using System.CommandLine;
using System.CommandLine.Parsing;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Cli;

/// <summary>
/// What is wrong with a command line. The parser's own texts repeat what was typed, which may be a token, and it takes an
/// unknown option for a key or a value when one is still open: <c>set k --fence</c> would write "--fence".
/// </summary>
internal static class UsageProblems
{
    /// <summary>Every problem; empty when the line can be run.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var problems = new List<string>();
        var unknown = UnknownOptions(parsed);
        foreach (var name in unknown)
            problems.Add($"There is no option '{Printable.Text(name, 60)}'.{Advice(parsed, name)}");
        if (unknown.Count == 0 && parsed.UnmatchedTokens.Count > 0)
            problems.Add(parsed.CommandResult.Command is RootCommand
                ? $"There is no command '{Shown(parsed.UnmatchedTokens[0])}'. Commands: {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(verb => verb.Name))}."
                : $"'{Shown(parsed.UnmatchedTokens[0])}' is one argument too many. Put quotes around a text with blanks.");
        if (problems.Count == 0)
            foreach (var error in parsed.Errors)
                problems.Add(error.SymbolResult is ArgumentResult { Tokens.Count: 0, Argument: { Description: { Length: > 0 } what } argument, Parent: CommandResult command }
                    ? $"'{command.Command.Name}' needs {argument.Name}. {what}" : error.Message);
        return problems;
    }

    private static List<string> UnknownOptions(ParseResult parsed)
    {
        // Values of options are taken by their options; what is left over was meant as an option unless it stands behind "--".
        var ofOptions = Results(parsed.RootCommandResult).OfType<OptionResult>().SelectMany(option => option.Tokens)
            .ToHashSet(ReferenceEqualityComparer.Instance);
        return parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument && token.Value.Length > 1 && token.Value[0] == '-' && !ofOptions.Contains(token))
            .Select(token => token.Value.Split('=', ':')[0])
            .ToList();
    }

    private static IEnumerable<SymbolResult> Results(CommandResult command) =>
        command.Children.SelectMany(child => child is CommandResult inner ? Results(inner) : [child]);

    private static string Advice(ParseResult parsed, string name)
    {
        var names = new List<string>();
        for (SymbolResult? level = parsed.CommandResult; level is CommandResult command; level = level.Parent)
            names.AddRange(command.Command.Options.Where(option => !option.Hidden).Select(option => option.Name));
        var bare = "--" + name.TrimStart('-').ToLowerInvariant();
        if (NearestNames.Of(bare, names, 1) is [var near]) return $" Did you mean {near}?";
        return parsed.CommandResult.Command.Arguments.Count > 0
            ? " A key or value that begins with a dash goes behind '--'."
            : $" 'consulkv {parsed.CommandResult.Command.Name} --help' lists them.";
    }

    // A token typed in the wrong place must not end up in a log.
    private static string Shown(string argument) => Guid.TryParse(argument, out _) ? "(a UUID)" : Printable.Text(argument, 60);
}
