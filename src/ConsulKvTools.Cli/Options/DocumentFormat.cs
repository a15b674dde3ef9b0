using System.CommandLine;
using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Cli.Options;

/// <summary>The form of a document of keys.</summary>
internal static class DocumentFormat
{
    /// <summary>The option that says it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What help says of it.</param>
    public static Option<ConsulKvFormat?> Option(string name = "--format", string description = "json, folder, yaml or properties. Without it the name says it.") => new(name)
    {
        Description = description,
        HelpName = "form",
        CustomParser = result => Enum.TryParse<ConsulKvFormat>(result.Tokens[0].Value, ignoreCase: true, out var format) && char.IsLetter(result.Tokens[0].Value[0]) ? format : Refuse(name, result),
    };

    /// <summary>The document at a path, or on standard input.</summary>
    /// <param name="given">The path; - is standard input, which is JSON unless it is said otherwise.</param>
    /// <param name="form">Its form; null takes what its name says.</param>
    /// <param name="input">Opens standard input.</param>
    /// <param name="name">The option that gives the form.</param>
    public static KvDocument Open(string given, ConsulKvFormat? form, Func<Stream> input, string name = "--format")
    {
        if (given == "-")
        {
            if (form == ConsulKvFormat.Folder) throw new UsageException("Standard input is no folder.");
            return KvDocument.Of("standard input", form ?? ConsulKvFormat.Json, input);
        }
        return form is null && KvDocument.FormatOf(given) is null
            ? throw new UsageException($"The name {Printable.Text(given, 200)} does not say its form; give {name} json, folder, yaml or properties.") : KvDocument.Open(given, form);
    }

    private static ConsulKvFormat? Refuse(string name, System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"{name} {result.Tokens[0].Value} is not known; give json, folder, yaml or properties.");
        return null;
    }
}
