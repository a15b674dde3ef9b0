using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Cli.Options;

/// <summary>Options and arguments with values of their own kind, and errors that say which values there are.</summary>
internal static class Choice
{
    /// <summary>An option with one of an enumeration's values, in any letter case.</summary>
    public static Option<T> Option<T>(string name, string description, T fallback) where T : struct, Enum
    {
        var option = new Option<T>(name)
        {
            Description = $"{description} Default: {Word(fallback)}.",
            HelpName = string.Join('|', Words<T>()),
            DefaultValueFactory = _ => fallback,
            CustomParser = result => Parse<T>(result, result.Tokens[0].Value, name),
        };
        option.CompletionSources.Add([.. Words<T>()]);
        return option;
    }

    /// <summary>An option with one of an enumeration's values, or null when it is not given.</summary>
    public static Option<T?> Optional<T>(string name, string description) where T : struct, Enum
    {
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = string.Join('|', Words<T>()),
            CustomParser = result => Parse<T>(result, result.Tokens[0].Value, name),
        };
        option.CompletionSources.Add([.. Words<T>()]);
        return option;
    }

    /// <summary>As above, but several may be given: with commas between them or by repeating the option.</summary>
    public static Option<T[]> Options<T>(string name, string description, T fallback) where T : struct, Enum
    {
        var option = new Option<T[]>(name)
        {
            Description = $"{description} Several with commas between them. Default: {Word(fallback)}.",
            HelpName = string.Join('|', Words<T>()),
            Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => [fallback],
            CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',')).Select(word => Parse<T>(result, word, name)).Distinct()],
        };
        option.CompletionSources.Add([.. Words<T>()]);
        return option;
    }

    /// <summary>An option with a duration above zero.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "duration",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if ((GoDuration.TryParse(text, out var duration) || (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration))) && duration > TimeSpan.Zero && duration <= TimeSpan.FromDays(1)) return duration;
            result.AddError($"{name} is '{Printable.Text(text, 40)}'; write a duration above zero and up to one day, such as 500ms, 15s or 1m30s.");
            return null;
        },
    };

    /// <summary>An option with a whole number from 0 on.</summary>
    public static Option<ulong?> Number(string name, string helpName, string description, string whatItIs) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (ulong.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)) return number;
            result.AddError($"{name} is '{Printable.Text(text, 40)}'; {whatItIs}.");
            return null;
        },
    };

    /// <summary>Reads the number of a process.</summary>
    public static int? ProcessId(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0) return number;
        result.AddError($"--pid is '{Printable.Text(text, 40)}'; give the number of a process, such as ps and top show.");
        return null;
    }

    private static T Parse<T>(ArgumentResult result, string word, string name) where T : struct, Enum
    {
        // Enum.TryParse would also take numbers.
        foreach (var value in Enum.GetValues<T>())
            if (Word(value).Equals(word.Trim(), StringComparison.OrdinalIgnoreCase)) return value;
        result.AddError($"{name} is '{Printable.Text(word, 40)}'; use one of: {string.Join(", ", Words<T>())}.");
        return default;
    }

    private static string[] Words<T>() where T : struct, Enum => [.. Enum.GetValues<T>().Select(Word)];

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
