using System.CommandLine;

namespace ConsulKvTools.Cli.Options;

/// <summary>The form of a document of keys.</summary>
internal static class DocumentFormat
{
    /// <summary><c>--format</c>.</summary>
    public static Option<ConsulKvFormat?> Option() => new("--format")
    {
        Description = "json, folder, yaml or properties. Without it the name says it.",
        HelpName = "form",
        CustomParser = result => Enum.TryParse<ConsulKvFormat>(result.Tokens[0].Value, ignoreCase: true, out var format) && char.IsLetter(result.Tokens[0].Value[0]) ? format : Refuse(result),
    };

    private static ConsulKvFormat? Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--format {result.Tokens[0].Value} is not known; give json, folder, yaml or properties.");
        return null;
    }
}
